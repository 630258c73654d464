"""Steps 4 and 5: a citizen downloads, an agency finds the item it needs and who holds it."""

from __future__ import annotations

import csv
import re
from functools import partial
from typing import TYPE_CHECKING, Final

from hub.cli_client import find_lines
from hub.cli_output import pick
from hub.client import Hub
from hub.demo import mistakes
from hub.demo.story import StoryError, Telling, Words, command
from hub.demo.story_cast import ASKER, MARRIAGES
from hub.identity.roles import Role
from hub.rows.csv_text import original

if TYPE_CHECKING:
    from hub.demo.story import Scene, Transcript

PREVIEW_LINES: Final = 3
SPOKEN, EVERYDAY = "hyzt", "身份证号"
"""What people type: initials of pinyin, an everyday word for 公民身份号码."""
COUNTED: Final = ("provider", "share_type", "open_type", "cycle")
CREDIT_CODE: Final = re.compile(r"[0-9A-Z]{18}")


def open_as_citizen(scene: Scene, transcript: Transcript) -> Telling:
    """Download without a login, as Excel opens it, and check that no code was spoilt on the way."""
    path = f"/api/v1/datasets/{mistakes.ENTRY}/download?format=excel"
    target = scene.folder / f"{mistakes.ENTRY}-excel.csv"
    with Hub(scene.people.url) as citizen:
        size = citizen.save(path, target)
        listed = citizen.call("GET", f"/api/v1/datasets/{mistakes.ENTRY}/rows", params={"limit": 1000})
    transcript.ran(
        command("hub", "get", path, "--to", target.name),
        lambda: [pick(f"✔ {size:,} 字节已写入 {target.name}", f"✔ {size:,} bytes written to {target.name}")],
    )
    text = target.read_text(encoding="utf-8-sig")
    transcript.ran(f"head -n {PREVIEW_LINES} {target.name}", lambda: text.splitlines()[:PREVIEW_LINES])
    codes = [original(row[0]) for row in csv.reader(text.splitlines()[1:])]
    if codes != [row["xinyong_daima"] for row in listed["rows"]] or not all(map(CREDIT_CODE.fullmatch, codes)):
        raise StoryError(path)
    return Telling(
        4,
        Words("作为市民打开、下载", "Open it as a citizen and download"),
        Words(
            f"无需登录，全部 {len(codes)} 行一次下载，不截断。这份 CSV 用 Excel 直接打开：中文不乱码，"
            f"{len(codes)} 个 18 位信用代码与接口返回的逐个相同，一位不少。法定代表人证件号码不在其中，"
            "页面写明为什么。",
            f"No login, all {len(codes)} rows in one file, nothing cut. Excel opens this CSV as it is: Chinese is "
            f"readable and the {len(codes)} credit codes of 18 characters equal those of the API one by one. "
            "Document numbers of persons are not in it; the page says why.",
        ),
        Words(
            "郑州市信息化建设管理办法 第二十条；政府信息公开条例 第十三条",
            "Zhengzhou Measures Art. 20; Open government information regulation Art. 13",
        ),
        f"/d/{mistakes.ENTRY}#download",
    )


def find_the_item(scene: Scene, transcript: Transcript) -> Telling:
    """Search for an item, not for a table: who holds it and how it is shared."""
    words = "婚姻状况"
    system = scene.system(ASKER)
    found = system.call("GET", "/api/v1/items", params={"q": words, "limit": 20})
    if MARRIAGES not in {hit["name"] for hit in found["items"]}:
        raise StoryError(words)
    login = scene.people.city.member(ASKER).login(Role.AGENCY_USER)
    transcript.ran(command("hub", "find", words, *scene.key_options(ASKER)), partial(find_lines, found))
    spoken = system.call("GET", "/api/v1/items", params={"q": SPOKEN, "limit": 3})
    if MARRIAGES not in {hit["name"] for hit in spoken["items"]}:
        raise StoryError(SPOKEN)
    transcript.ran(
        command("hub", "find", SPOKEN, "--limit", "3", *scene.key_options(ASKER)), partial(find_lines, spoken)
    )
    counted = system.call("GET", "/api/v1/items", params={"q": EVERYDAY, "limit": 5, "facet": list(COUNTED)})
    if not counted["items"] or not counted["items"][0]["is_authoritative"]:
        raise StoryError(EVERYDAY)
    transcript.ran(
        command("hub", "find", EVERYDAY, "--facets", "--limit", "5", *scene.key_options(ASKER)),
        partial(find_lines, counted),
    )
    return Telling(
        5,
        Words("找到那一项：谁有“婚姻状况”", "Find the item: who holds 婚姻状况 (marital status)"),
        Words(
            "住建局要核对公租房申请人的婚姻状况。按信息项检索，同义词（目录里叫“婚姻状态”）、拼音首字母 hyzt 都找得到；"
            "持有单位、共享类型、条件、答复工作日数和所在条目在同一行。查“身份证号”，数源单位公安局的“公民身份号码”"
            "排在各部门的副本之前，并按提供单位、共享类型等分类计数。没有密钥也没有登录的公众只看得到向社会开放的项，"
            f"计数里也没有其余的；在网页上以 {login} 登录后，同样的检索给出同样的结果。",
            "The housing bureau must check the marital status of an applicant. The search is for items and knows "
            "synonyms (the directory says 婚姻状态) and initials of pinyin (hyzt): holder, sharing, condition, working "
            "days to the answer and entry stand in one line. Of 身份证号 the source department's own item comes before "
            "the copies others hold, with counts by provider, sharing and more. The public, without key or login, "
            "finds and counts only what is open to society; on the page, logged in as "
            f"{login}, the same search finds the same.",
        ),
        Words(
            "郑州市信息化建设管理办法 第十八条（目录）；政务数据共享条例 第十三条",
            "Zhengzhou Measures Art. 18 (directory); Government data sharing regulation Art. 13",
        ),
        f"/items?q={words}",
    )
