"""Settings: what is refused, what is kept secret, and that the documents say the same."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr, ValidationError

from hub.settings import Settings, unknown_variables
from hub.settings_reference import env_example, settings_reference

if TYPE_CHECKING:
    from collections.abc import Callable

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what the person running the tests has set."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"HUB_{name.upper()}", raising=False)


def test_every_setting_has_a_default_that_is_allowed() -> None:
    assert Settings().port == 8000


def test_a_variable_sets_its_field(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_PORT", "8123")
    assert Settings().port == 8123


def test_settings_never_change(settings: Settings) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        settings.port = 1  # type: ignore[misc]


def test_an_unknown_setting_is_refused(make_settings: Callable[..., Settings]) -> None:
    with pytest.raises(ValidationError, match="extra_forbidden"):
        make_settings(prot=8000)


def test_a_misspelt_variable_is_named() -> None:
    assert unknown_variables({"HUB_PORT": "1", "HUB_PROT": "1", "PATH": "/bin"}) == ("HUB_PROT",)


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_EXCHANGE_PORT", "")
    assert Settings().exchange_port is None


def test_a_wrong_value_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_PORT", "geheim")
    with pytest.raises(ValidationError) as caught:
        Settings()
    assert "geheim" not in str(caught.value)


def test_a_password_is_not_shown(make_settings: Callable[..., Settings]) -> None:
    settings = make_settings(database_url=SecretStr("postgresql://hub:geheim@db/hub"))
    assert "geheim" not in f"{settings!r}{settings.model_dump_json()}"


@pytest.mark.parametrize("url", ["https://data.city.gov.cn/", "https://data.city.gov.cn"])
def test_the_public_address_ends_without_a_slash(make_settings: Callable[..., Settings], url: str) -> None:
    assert make_settings(public_url=url).public_url == "https://data.city.gov.cn"


@pytest.mark.parametrize(
    "url",
    ["data.city.gov.cn", "ftp://city", "https://", "https://a/b", "https://a?x=1", "https://u:p@a", "https://a#x"],
)
def test_an_address_that_cannot_name_an_issuer_is_refused(make_settings: Callable[..., Settings], url: str) -> None:
    with pytest.raises(ValidationError, match="public_url"):
        make_settings(public_url=url)


def test_trusted_proxies_are_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_TRUSTED_PROXIES", "10.0.0.0/8, 192.168.1.1")
    assert [str(network) for network in Settings().trusted_proxies] == ["10.0.0.0/8", "192.168.1.1/32"]


def test_an_idle_limit_longer_than_the_session_is_refused(make_settings: Callable[..., Settings]) -> None:
    with pytest.raises(ValidationError, match="HUB_SESSION_IDLE_MINUTES"):
        make_settings(session_idle_minutes=60, session_lifetime_minutes=30)


def test_a_relative_data_directory_is_made_absolute(make_settings: Callable[..., Settings]) -> None:
    assert make_settings(data_dir=Path("somewhere")).data_dir == Path.cwd() / "somewhere"


def test_the_receipt_key_lies_in_the_data_directory_unless_said_otherwise(
    make_settings: Callable[..., Settings],
) -> None:
    settings = make_settings()
    assert settings.receipt_key == settings.data_dir / "keys" / "receipt.pem"


def test_the_exchange_shares_the_port_unless_it_has_its_own(make_settings: Callable[..., Settings]) -> None:
    assert [make_settings(exchange_port=port).has_separate_exchange for port in (None, 8001)] == [False, True]


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_explained_in_both_languages(name: str) -> None:
    field = Settings.model_fields[name]
    assert (bool(field.title), bool(field.description)) == (True, True)


def test_the_reference_page_is_what_the_program_writes() -> None:
    written = (PROJECT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    assert written == settings_reference(), "run: python -m hub.settings_reference page > docs/reference/settings.md"


def test_the_example_file_is_what_the_program_writes() -> None:
    written = (PROJECT / "deploy" / "hub.env.example").read_text(encoding="utf-8")
    assert written == env_example(), "run: python -m hub.settings_reference example > deploy/hub.env.example"
