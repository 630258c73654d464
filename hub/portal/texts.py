"""The portal's texts in Chinese and English: one TOML file a language, checked to hold the same keys."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Lang = Literal["zh", "en"]
LANGUAGES: tuple[Lang, ...] = ("zh", "en")


@cache
def texts(lang: Lang) -> Mapping[str, str]:
    """Return the texts of a language."""
    content = files("hub.portal").joinpath("i18n", f"{lang}.toml").read_text(encoding="utf-8")
    return tomllib.loads(content)


def translator(lang: Lang) -> Callable[..., str]:
    """Return the function templates call as ``t(key, n=...)``; an unknown key is an error, never a blank."""
    known = texts(lang)

    def translate(key: str, **values: object) -> str:
        return known[key].format(**values) if values else known[key]

    return translate
