"""What a department sends about its files, as an attack: rules and mappings as bombs (27, 30), keys, forms, names."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from catalogue.entry import PushPolicy
from hub.demo.directory import demo_entry
from hub.identity.roles import Role
from hub.push.mappings.errors import MappingFormatError
from hub.push.mappings.toml_text import load
from hub.push.rule_sets.errors import RuleSetError
from hub.push.rule_sets.model import from_toml, read_rules
from hub.watched.box import Box
from hub.watched.rules import Rule, Rules
from tests.hub.push.loop.kit import Clerk, publish, stop
from tests.support import acts
from tests.support.acts import BUS_STOPS, COMPANIES
from tests.support.hosted import Doors, hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Server
    from tests.support.hosted import HostedCity

QUICK_SECONDS = 5.0
BOMBS = {
    "a list in a list without end": "a=" + "[" * 100_000,
    "a table in a table without end": "a=" + "{b=" * 100_000,
    "a key of many parts": ".".join(["a"] * 100_000) + "=1",
    "a key of many quoted parts": " . ".join(['"a"'] * 50_000) + "=1",
    "a table of many parts": "[" + ".".join(["a"] * 100_000) + "]",
    "a key behind a text of many lines": "a='''it's\"''', " + ".".join(["b"] * 100_000) + "=1",
    "a key behind a comment": "# it's \"\n" + ".".join(["b"] * 100_000) + "=1",
}
PATTERNS = ["(a{1000}){1000}", "(((a{90}){90}){90}){90}", r"\p{L}{5000}", "(?=a)", r"(a)\1", "[", "a" * 1000, "(a+)+$"]


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS.keys())
def test_30_a_mapping_or_rule_set_that_keeps_its_reader_busy_is_refused_at_once(text: str) -> None:
    begun = time.monotonic()
    with pytest.raises(RuleSetError):
        from_toml(text)
    with pytest.raises(MappingFormatError):
        load(text)
    assert time.monotonic() - begun < QUICK_SECONDS


@pytest.mark.parametrize("pattern", PATTERNS)
def test_27_a_pattern_of_a_rule_is_refused_or_runs_in_the_time_of_its_text(pattern: str, city: HostedCity) -> None:
    items = demo_entry(BUS_STOPS, city.people.today()).entry.items
    rule = {"name": "p", "kind": "pattern", "item": "zhandian_mingcheng", "pattern": pattern, "zh": "样式"}
    begun = time.monotonic()
    if pattern == "(a+)+$":  # exponential where a parser goes back; this one does not
        read_rules({"rules": [rule]}, items)
    else:
        with pytest.raises(RuleSetError):
            read_rules({"rules": [rule]}, items)
    assert time.monotonic() - begun < QUICK_SECONDS


@pytest.fixture(scope="module")
def city(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostedCity]:
    with hosted_city(server, template, tmp_path_factory.mktemp("push-threats")) as city:
        acts.publish_and_supply(city.people, COMPANIES, city.folder)
        yield city


@pytest.fixture(scope="module")
def doors(city: HostedCity) -> Iterator[Doors]:
    doors = Doors(city)
    yield doors
    doors.close()


@pytest.fixture(scope="module")
def clerk(city: HostedCity, doors: Doors, tmp_path_factory: pytest.TempPathFactory) -> Clerk:
    publish(city, "zhandian-x", PushPolicy())
    return Clerk(city, doors, tmp_path_factory.mktemp("clerk"), "zhandian-x")


def test_12_an_idempotency_key_of_another_organ_answers_nothing_of_it(clerk: Clerk, doors: Doors) -> None:
    key = {"Idempotency-Key": "nightly"}
    content = clerk.file([stop(1)]).read_bytes()
    path = f"/api/v1/entries/{clerk.name}/pushes"
    own = doors.system("jiaotongju").post(path, content=content, headers=key, params={"mode": "upsert"})
    assert own.status_code == 201, own.text
    stranger = doors.system("shichangju")
    assert stranger.post(path, content=content, headers=key).status_code == 403
    # The same key at its own entry is its own key.
    other = stranger.post(f"/api/v1/entries/{COMPANIES}/pushes", content=content, headers=key)
    assert (other.status_code, own.json()["push"] in other.text) == (422, False)


def test_12_a_digest_of_another_organs_file_is_not_told_to_be_known(clerk: Clerk, doors: Doors) -> None:
    params = {"digest": "0" * 64}
    answers = [
        doors.system("shichangju").post(f"/api/v1/entries/{name}/pushes/known", params=params)
        for name in (clerk.name, "no-such-entry")
    ]
    assert [answer.status_code in {403, 404} for answer in answers] == [True, True]


FORMS = ("new", "confirm", "{push}/resume", "{push}/release", "{push}/send-back", "{push}/withdraw")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("role", [Role.CLERK, Role.APPROVER])
def test_38_a_form_of_another_site_does_nothing_in_a_session(clerk: Clerk, doors: Doors, form: str, role: Role) -> None:
    push = clerk.push([stop(2, H="")])["push"]
    person = doors.staff("jiaotongju", role)
    token = person.headers.pop("X-CSRF-Token")
    try:
        for lang in ("", "/en"):
            path = f"{lang}/w/pushes/{form.format(push=push)}"
            for files in ({}, {"files": {"file": ("a.csv", b"x")}}):
                data: dict[str, Any] = {"data": {"entry": clerk.name, "mode": "full", "words": "x"}, **files}
                answer = person.post(path, **data)
                assert answer.status_code == 403, (path, answer.status_code)
    finally:
        person.headers["X-CSRF-Token"] = token


SCRIPT = "<script>alert(1)</script>"


def test_31_what_a_file_says_is_text_on_the_page_of_its_push(clerk: Clerk, doors: Doors) -> None:
    content = clerk.file([stop(3, B=f'{SCRIPT}"><img src=x onerror=alert(1)>', H="x")]).read_bytes()
    params = {"mode": "upsert", "filename": f"{SCRIPT}.csv"}
    made = doors.system("jiaotongju").post(f"/api/v1/entries/{clerk.name}/pushes", params=params, content=content)
    person = doors.staff("jiaotongju", Role.CLERK)
    for path in ("/w/pushes", f"/w/pushes/{made.json()['push']}", f"/en/w/pushes/{made.json()['push']}"):
        page = person.get(path)
        assert page.status_code == 200
        assert SCRIPT not in page.text
        assert "<img src=x" not in page.text
        assert "default-src" in page.headers["content-security-policy"]


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\r\nX-Evil: 1", "a\x00b", "." * 300, "/etc/passwd", "con"])
def test_29_the_name_of_a_pushed_file_reaches_no_path_and_no_header(clerk: Clerk, doors: Doors, name: str) -> None:
    content = clerk.file([stop(4, H="x")]).read_bytes()
    params = {"mode": "upsert", "filename": name}
    made = doors.system("jiaotongju").post(f"/api/v1/entries/{clerk.name}/pushes", params=params, content=content)
    assert made.status_code in {200, 201, 400, 422}, made.text
    if made.is_success:
        marked = doors.system("jiaotongju").get(f"/api/v1/pushes/{made.json()['push']}/marked.xlsx")
        assert "passwd" not in str(marked.headers)
        assert "x-evil" not in marked.headers


def test_29_a_link_in_a_watched_folder_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("x")
    root = tmp_path / "watched"
    root.mkdir()
    (root / "link.csv").symlink_to(secret)
    (root / "folder").symlink_to(tmp_path, target_is_directory=True)
    (root / "real.csv").write_text("y")
    rule = Rule("*.csv", BUS_STOPS)
    box = Box(root)
    with box.locked():
        found = box.ready(Rules((rule, Rule("*/*.csv", BUS_STOPS))))
        assert [str(path) for path in found] == ["real.csv"]
        # One that is put in the place of a file between the look and the take is not followed either.
        path = next(iter(found))
        (root / path).unlink()
        (root / path).symlink_to(secret)
        assert box.take(path, rule) is None
    assert secret.read_text() == "x"
