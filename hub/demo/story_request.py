"""Steps 6 and 7: one cart for three organs, then the ladder: refused in full, offered for verification, accepted."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from hub.cli_inbox import inbox_lines, newest, proposal_lines, waiting
from hub.cli_output import Exit
from hub.cli_request import add_to_cart, line_of_entry
from hub.cli_request_lines import application_lines, dry_run_lines, library_lines
from hub.cli_staff import give_answer, line_of, request_lines
from hub.demo.story import StoryError, Telling, Words, command
from hub.demo.story_cast import (
    ADDRESS,
    ADDRESS_INBOX,
    ASKER,
    CART,
    HOLDER,
    INBOX,
    INSURED,
    MARRIAGES,
    NAME,
    NUMBER,
    OFFICE,
    REGISTRY,
    RESIDENTS,
    SPOUSE,
    STATE,
)
from hub.identity.roles import Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.client import Hub
    from hub.demo.story import Scene, Transcript

TEMPLATE: Final = "gongzufang"
LIBRARY_WORDS: Final = "最小范围"
CITED: Final = ("sharing-19", "pipl-6", "pipl-34")
OWN_DUTY: Final = "公共租赁住房管理办法 第七条"
MODES: Final = ("query", "verify", "batch", "aggregate")
ADDED: Final = (
    f"{RESIDENTS}:{NAME}:masked",
    f"{RESIDENTS}:chusheng_riqi:masked",
    f"{RESIDENTS}:{ADDRESS}:masked",
    f"{RESIDENTS}:xingbie:aggregate",
    f"{RESIDENTS}:minzu:aggregate",
    f"{MARRIAGES}:{NUMBER}:verify",
    f"{MARRIAGES}:{NAME}:verify",
    f"{MARRIAGES}:{SPOUSE}",
    f"{INSURED}:canbao_zhuangtai:verify",
)
FACTS: Final = "配偶不是申请当事人，提供其号码会暴露其婚姻关系"
VERIFY: Final = {"decision": "verify_only"}
CONSIDERED: Final = {"masked": "脱敏后结合姓名仍可识别配偶", "aggregate_only": "核对须逐人，汇总无用"}


def ask(scene: Scene, transcript: Transcript) -> Telling:
    """Fill a cart from a use case, try it, submit it; one's own head consents, the rule grants what it can."""
    login = scene.people.city.member(ASKER).login(Role.AGENCY_USER)
    user = scene.people.person(ASKER, Role.AGENCY_USER)
    head = scene.people.person(ASKER, Role.AGENCY_APPROVER)
    (scene.folder / CART).unlink(missing_ok=True)
    found = user.call("GET", "/api/v1/legal-bases", params={"q": LIBRARY_WORDS, "theme": "", "limit": 200})
    transcript.ran(command("hub", "request", "bases", LIBRARY_WORDS, "--login", login), partial(library_lines, found))
    _fill(scene, transcript, user, login)
    path = f"/api/v1/applications/{scene.kept[CART]['id']}"
    tried = user.call("POST", f"{path}/dry-run")
    transcript.ran(command("hub", "request", "dry-run", CART, "--login", login), partial(dry_run_lines, tried))
    outcomes = {line["outcome"] for line in tried["lines"]}
    if not tried["is_complete"] or not outcomes >= {"granted_at_once", "to_provider", "ground_in_force"}:
        raise StoryError(CART)
    _act_on_cart(scene, transcript, user, "submit", login)
    _act_on_cart(scene, transcript, head, "consent", scene.people.city.member(ASKER).login(Role.AGENCY_APPROVER))
    cart = scene.kept[CART]
    states = {(line["entry"], line["item"]): line["requests"][0]["state"] for line in cart["lines"]}
    providers = len({part["provider"] for part in cart["parts"]})
    days = next(line for part in cart["parts"] for line in part["lines"] if line["state"] == "waiting")
    if (providers, states[RESIDENTS, NAME], states[MARRIAGES, SPOUSE]) != (3, "granted", "waiting"):
        raise StoryError(CART)
    return Telling(
        6,
        Words("一份申请车，三个单位", "One cart, three organs"),
        Words(
            "经办人从“公租房申请核对”模板开始：用途、场景、通用条款、办件编号和最窄的提供方式已经填好，只补本单位的"
            f"职责条款。要用的信息分在 {providers} 个单位，一份申请车写完，自动拆分。"
            "提交前试算：逐项说明会怎样、为什么；"
            "配偶身份号码上有生效的不予提供理由，建议改为仅供核验，经办人仍按全文申请，看提供单位怎样答复。"
            f"本单位负责人同意后，无条件共享的项由规则当场授权，其余各有 {days['working_days_left']} 个工作日时限。",
            "The case worker begins from the use case for public rental housing: purpose, scenario, general articles, "
            "case numbers and the narrowest forms are filled in; only the article of the bureau's own duty is added. "
            f"What is needed lies with {providers} organs: one cart, split by itself. The dry run says for each item "
            "what would happen and why: on the spouse's number a ground is in force, verification is proposed; the "
            "case worker asks for it in full all the same. With the head's consent the rule grants what is shared "
            f"without conditions; each other item has {days['working_days_left']} working days on its clock.",
        ),
        Words(
            "政务数据共享条例 第十四条（无条件共享）、第十九条（不重复收集）、"
            "第二十条（申请要件）、第二十一条（答复期限）",
            "Government data sharing regulation Art. 14 (shared without conditions), Art. 19 (not collected twice), "
            "Art. 20 (what a request states), Art. 21 (time to answer)",
        ),
        "/w/applications",
    )


def _fill(scene: Scene, transcript: Transcript, user: Hub, login: str) -> None:
    """Begin from the use case, then add what this case needs besides."""
    system = scene.people.registered[ASKER].system_id
    begun = add_to_cart(user, scene.folder / CART, {"systems": [system]}, [], TEMPLATE)
    words = ["hub", "request", "add", "--template", TEMPLATE, "--system", system, "--login", login, "--save", CART]
    transcript.ran(command(*words), partial(application_lines, begun))
    _keep(scene, CART, begun)
    fields = {"basis_text": OWN_DUTY, "bases": list(CITED), "modes": list(MODES)}
    filled = add_to_cart(user, scene.folder / CART, fields, [line_of_entry(one) for one in ADDED], None)
    words = ["hub", "request", "add", *ADDED, "--basis", OWN_DUTY]
    for one in CITED:
        words += ["--cite", one]
    for one in MODES:
        words += ["--mode", one]
    transcript.ran(command(*words, "--login", login, "--save", CART), partial(application_lines, filled))
    _keep(scene, CART, filled)


def _act_on_cart(scene: Scene, transcript: Transcript, person: Hub, word: str, login: str) -> None:
    cart = scene.kept[CART]
    done = person.call("POST", f"/api/v1/applications/{cart['id']}/{word}", json={"version": cart["version"]})
    transcript.ran(command("hub", "request", word, CART, "--login", login), partial(application_lines, done))
    _keep(scene, CART, done)


def _keep(scene: Scene, file: str, value: dict[str, Any]) -> None:
    scene.kept[file] = value
    (scene.folder / file).write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")


def answer(scene: Scene, transcript: Transcript) -> Telling:
    """Answer down the ladder: no refusal without a ground, a refusal with one that offers less, the offer taken up."""
    _fetch(scene, transcript, HOLDER, SPOUSE, INBOX)
    record = _proposed(scene, transcript)
    _answer(scene, transcript, (HOLDER, INBOX), SPOUSE, {"decision": "refuse", "facts": "不方便提供"}, Exit.POLICY)
    refusal = {
        "decision": "refuse",
        "ground": record["ground"],
        "exemption_id": str(record["exemption_id"]),
        "provision": "民法典 第一千零三十二条",
        "facts": FACTS,
        "considered": CONSIDERED,
        "offer": "verify_only",
    }
    _answer(scene, transcript, (HOLDER, INBOX), SPOUSE, refusal)
    _accept(scene, transcript)
    _fetch(scene, transcript, HOLDER, SPOUSE, INBOX)
    result = _answer(scene, transcript, (HOLDER, INBOX), f"{NUMBER},{NAME},{STATE},{SPOUSE}", VERIFY)
    if result is None or result["state"] != "answered":
        raise StoryError(MARRIAGES)
    _fetch(scene, transcript, HOLDER, "dibao_biaoshi", INBOX)
    _answer(scene, transcript, (HOLDER, INBOX), "dibao_biaoshi", VERIFY)
    _fetch(scene, transcript, REGISTRY, ADDRESS, ADDRESS_INBOX)
    _answer(scene, transcript, (REGISTRY, ADDRESS_INBOX), ADDRESS, {"decision": "masked"})
    return Telling(
        7,
        Words(
            "一项依据 R05 不予提供，改给核验，接受",
            "One item refused on ground R05, offered for verification, accepted",
        ),
        Words(
            "民政局的收件箱按剩余工作日排列；软件列出由宽到窄的合法方式和能支持不予提供的记录。“不方便”不是理由，软件不接受，"
            "申请仍在办理。配偶身份号码上有在效的个人隐私记录（R05），写明事实和较窄方式为何不行，才能不予提供原值；"
            "同时给出可以提供的方式：仅供核验。经办人一步接受，原来的负责人同意继续有效，民政局随即同意。"
            "公安局同意脱敏提供户籍地址。",
            "The inbox of civil affairs is sorted by days left; the software lists the lawful forms, widest first, and "
            "the records that could carry a refusal. 'Not convenient' is no ground: the software refuses the refusal "
            "and the request stays open. On the spouse's number a privacy record (R05) is in force; with facts and "
            "why lesser forms fail the value itself is refused, and verification is held out instead. The case worker "
            "takes it up in one step under the consent already given, and civil affairs grants it. Public security "
            "grants the registered address masked.",
        ),
        Words(
            "郑州市信息化建设管理办法 第二十条（只有国家秘密、商业秘密、个人隐私可以不予提供）；"
            "政务数据共享条例 第十五条、"
            "第二十一条；个人信息保护法 第六条（最小范围）",
            "Zhengzhou Measures Art. 20 (state secrets, trade secrets, privacy and nothing else); "
            "Government data sharing regulation Art. 15, 21; PIPL Art. 6 (no more than needed)",
        ),
        "/w/inbox",
    )


def _fetch(scene: Scene, transcript: Transcript, member: str, item: str, file: str) -> None:
    """Open a provider's inbox at an item and keep the newest request that waits for it."""
    found = waiting(scene.people.person(member, Role.APPROVER), item)
    login = scene.people.city.member(member).login(Role.APPROVER)
    words = ["hub", "request", "inbox", "--item", item, "--save", file, "--login", login]
    transcript.ran(command(*words), partial(inbox_lines, found))
    _keep(scene, file, newest(found))


def _proposed(scene: Scene, transcript: Transcript) -> dict[str, Any]:
    """Ask what the rules propose for the spouse's number; returns the record that can carry a refusal."""
    request = scene.kept[INBOX]
    path = f"/api/v1/requests/{request['id']}/lines/{line_of(request, SPOUSE)}/proposal"
    result = scene.people.person(HOLDER, Role.APPROVER).call("GET", path)
    login = scene.people.city.member(HOLDER).login(Role.APPROVER)
    transcript.ran(
        command("hub", "request", "propose", INBOX, SPOUSE, "--login", login), partial(proposal_lines, result)
    )
    record: dict[str, Any] = next(one for one in result["refusal"]["records"] if one["carries_a_refusal"])
    return record


def _answer(
    scene: Scene,
    transcript: Transcript,
    where: tuple[str, str],
    items: str,
    given: dict[str, Any],
    expected: Exit = Exit.OK,
) -> dict[str, Any] | None:
    """Answer one or several items as a provider's approver; returns the request as it stands, None when refused."""
    member, file = where
    words = ["hub", "request", "answer", file, items, given["decision"], "--office", OFFICE]
    for name in ("ground", "exemption_id", "provision", "facts"):
        if name in given:
            words += [f"--{name.removesuffix('_id')}", given[name]]
    for form, why in given.get("considered", {}).items():
        words += ["--considered", f"{form}={why}"]
    if "offer" in given:
        words += ["--offer", given["offer"]]
    approver = scene.people.person(member, Role.APPROVER)
    login = scene.people.city.member(member).login(Role.APPROVER)
    call: Callable[[], dict[str, Any]] = partial(
        give_answer, approver, scene.kept[file], items.split(","), {**given, "decider_role": OFFICE}
    )
    result = transcript.act(command(*words, "--login", login), call, request_lines, expected)
    if result is not None:
        _keep(scene, file, result)
    return result


def _accept(scene: Scene, transcript: Transcript) -> None:
    """Take up the lesser form as the case worker: one step, no new consent."""
    user = scene.people.person(ASKER, Role.AGENCY_USER)
    cart = scene.kept[CART]
    line = next(one["id"] for one in cart["lines"] if one["item"] == SPOUSE)
    path = f"/api/v1/applications/{cart['id']}/lines/{line}/accept-offer"
    done = user.call("POST", path, json={"version": cart["version"]})
    login = scene.people.city.member(ASKER).login(Role.AGENCY_USER)
    transcript.ran(
        command("hub", "request", "accept", CART, SPOUSE, "--login", login), partial(application_lines, done)
    )
    _keep(scene, CART, done)
