"""The one page of the demo's identity provider: marked 示例, a form for each invented person, and one to type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup
from starlette.responses import HTMLResponse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CARRIED = ("client_id", "redirect_uri", "state", "nonce", "code_challenge")
_PAGE = Markup(
    '<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>'
    '<link rel="stylesheet" href="/static/site.css"></head><body>'
    '<div class="demo"><div class="wrap"><b>示例 SAMPLE</b>{note}</div></div>'
    '<main id="main"><div class="wrap"><h1>{title}</h1>{people}<h2>{other}</h2>'
    '<form class="narrow" method="post" action="/demo-idp/authorize">{hidden}'
    '<p><label for="number">{number}</label><input type="text" id="number" name="number" maxlength="18" required></p>'
    '<p><label for="body">{body}</label><input type="text" id="body" name="body" maxlength="18"></p>'
    '<p><label><input type="checkbox" name="second_factor" value="1"> {factor}</label></p>'
    "<p><button>{enter}</button></p></form></div></main></body></html>"
)
_ONE = Markup(
    '<li><b>{name}</b><span class="meta">{about}</span>'
    '<form method="post" action="/demo-idp/authorize">{hidden}<input type="hidden" name="number" value="{number}">'
    '<input type="hidden" name="body" value="{body}"><label><input type="checkbox" name="second_factor" value="1">'
    " {factor}</label> <button>{enter}</button></form></li>"
)
_TEXTS = {
    "zh": {
        "title": "示例统一身份认证",
        "note": "这不是任何真实的身份认证：人物和号码均为虚构，选谁就以谁的身份登录。",
        "other": "或输入示例城市的号码",
        "number": "公民身份号码（410199 开头的示例号码）",
        "body": "代表单位的统一社会信用代码（可不填）",
        "factor": "通过二次验证",
        "enter": "以此身份登录",
    },
    "en": {
        "title": "Sample unified identity",
        "note": "This is no real identity service: people and numbers are invented; whom you choose you are.",
        "other": "Or type a number of the demo city",
        "number": "Identity number (a sample number that begins with 410199)",
        "body": "Credit code of the body you speak for (may be left out)",
        "factor": "second factor passed",
        "enter": "Sign in as this person",
    },
}


def page_of(people: Sequence[Mapping[str, str]], asked: Mapping[str, str]) -> HTMLResponse:
    """Return the page; whatever was asked is carried along, escaped."""
    lang = "en" if asked.get("ui_locales", "").startswith("en") else "zh"
    texts = _TEXTS[lang]
    field = Markup('<input type="hidden" name="{}" value="{}">')
    hidden = Markup("").join(field.format(name, asked.get(name, "")) for name in CARRIED)
    cards = Markup("").join(
        _ONE.format(
            name=one.get("name", ""),
            about=one.get(f"about_{lang}", ""),
            number=one.get("number", ""),
            body=one.get("body", ""),
            hidden=hidden,
            factor=texts["factor"],
            enter=texts["enter"],
        )
        for one in people
    )
    listed = Markup('<ul class="cards">{}</ul>').format(cards) if people else Markup("")
    html = _PAGE.format(lang="en" if lang == "en" else "zh-CN", people=listed, hidden=hidden, **texts)
    return HTMLResponse(html, headers={"Cache-Control": "no-store"})
