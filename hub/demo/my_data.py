"""Who looked at my data: sign in as an invented person of the demo and list it, with nothing but the standard library.

Usage: ``python3 my-data.py FILE``, where FILE holds the person's number; the hub is at ``HUB_CLIENT_URL``. The demo's
identity provider (示例统一身份认证) believes what it is told, the rest is the sign-in of a real city: OpenID Connect.
"""

from __future__ import annotations

import json
import os
import sys
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

CARRIED = ("client_id", "redirect_uri", "state", "nonce", "code_challenge")
SECONDS = 30


def sign_in(hub: str, number: str) -> OpenerDirector:
    """Return a browser with the session of a person: asked at the hub, vouched for by the provider, back at the hub."""
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    with browser.open(f"{hub}/me/login", timeout=SECONDS) as page:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}
    form = {**{name: asked[name] for name in CARRIED}, "number": number}
    with browser.open(f"{hub}/demo-idp/authorize", urlencode(form).encode(), timeout=SECONDS):
        return browser


def lines_of(found: dict[str, object], *, english: bool) -> list[str]:
    """Return the looks as lines: when, which organ, what, why, on which basis."""
    accesses = found["accesses"]
    if not isinstance(accesses, list):
        raise TypeError(accesses)
    oneself = "myself" if english else "本人"
    head = "looks at my data" if english else "次查询与我有关"
    lines = [f"{found['total']} {head}"]
    for one in accesses:
        when = str(one["at"])[:16].replace("T", " ")
        items = "、".join(one["items"])
        why = f"{one['purpose']}（{one['legal_basis']}）" if one["purpose"] else ""
        lines.append(f"  {when}Z  {one['organ'] or oneself}  {one['title']}：{items}  {why}")
    return [*lines, str(found["note_en" if english else "note"])]


def main() -> None:
    """Sign in as the person of the file and print who looked."""
    hub = os.environ["HUB_CLIENT_URL"].rstrip("/")
    number = Path(sys.argv[1]).read_text(encoding="utf-8").strip()
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    with sign_in(hub, number).open(f"{hub}/api/v1/me/accesses", timeout=SECONDS) as answer:
        found = json.load(answer)
    sys.stdout.write("\n".join(lines_of(found, english=locale.lower().startswith("en"))) + "\n")


if __name__ == "__main__":
    main()
