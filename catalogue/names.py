"""Names for machines made from Chinese names for people: slugs, pinyin, sort keys.

PostgreSQL ships without ICU here, so sorted names carry a key. Pure, no I/O.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

SLUG_LENGTH: Final = 80
HAN: Final = "〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_PARTS: Final = re.compile(f"[{HAN}]+|[^{HAN}]+")
_IS_HAN: Final = re.compile(f"[{HAN}]")


def syllables(text: str) -> list[str]:
    """Return pinyin without tones for each Han character, other text as it is."""
    # The dictionary takes a third of a second to load; commands that need no names do not wait for it.
    from pypinyin.seg.mmseg import seg

    words = (word for part in _PARTS.findall(text) for word in (seg.cut(part) if _IS_HAN.match(part) else (part,)))
    return [syllable for word in words for syllable in _spoken(word)]


@lru_cache(maxsize=30_000)
def _spoken(word: str) -> tuple[str, ...]:
    """Return the syllables of one word: a directory says the same words over and over."""
    from pypinyin import lazy_pinyin

    return tuple(lazy_pinyin(word))


def slug(title: str, suffix: str = "") -> str:
    """Return an ASCII name for URLs: lower-case words joined by hyphens, at most 80 characters.

    Args:
        title: any text; Han characters become pinyin, anything else that is no letter or digit a hyphen.
        suffix: ASCII letters and digits that make the name unique, given by the caller; kept whole.

    """
    plain = unicodedata.normalize("NFKD", " ".join(syllables(unicodedata.normalize("NFKC", title)))).lower()
    words = re.findall(r"[a-z0-9]+", plain.replace("'", "").encode("ascii", "replace").decode().replace("?", " "))
    room = SLUG_LENGTH - (len(suffix) + 1 if suffix else 0)
    name = ""
    for word in words or ["entry"]:
        longer = f"{name}-{word}" if name else word[:room]
        if len(longer) > room:
            break
        name = longer
    return f"{name}-{suffix}" if suffix else name


def pinyin_sort_key(name: str) -> str:
    """Return a key whose plain string order is pinyin order: letters first, then tones, then the name itself."""
    from pypinyin import Style, lazy_pinyin

    toned = lazy_pinyin(name, style=Style.TONE3, neutral_tone_with_five=True)
    letters = " ".join(syllable.rstrip("12345") if syllable[:1].isalpha() else syllable for syllable in toned)
    tones = "".join(syllable[-1:] for syllable in toned if syllable[:1].isalpha())
    return f"{letters.lower()}\x1f{tones}\x1f{name}"
