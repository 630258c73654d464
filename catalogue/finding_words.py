"""The synonyms of the dictionary in force: the shipped ones, and the words the city gave to its data elements.

Zhengzhou Art. 18; 政务数据共享条例 Art. 13. They are applied to what is typed, so a new word needs no new index: every
search sees the revision of the city's words, and the first one after a change reads them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from catalogue.dictionary_elements import shipped
from catalogue.dictionary_store import dictionary
from catalogue.finding_terms import fold, plain_terms
from catalogue.synonyms import shipped_synonyms, synonyms_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from catalogue.dictionary_elements import DataElement, Dictionary
    from catalogue.store import InTransaction
    from catalogue.synonyms import Synonyms

LEAST: Final = 2
"""Characters a word of the city's has at least; of the shipped words of an element, those the search has anyhow."""
LEAST_SHIPPED: Final = 3


class KeptSynonyms:
    """What this process keeps of a database's synonyms, with the revision they were read at. Safe for threads."""

    def __init__(self) -> None:
        """Begin with nothing read."""
        self._kept: tuple[int, Synonyms] | None = None

    def at(self, unit: InTransaction, revision: int, *, is_quiet: bool) -> Synonyms:
        """Return the synonyms of a revision; what a transaction reads that has written is not kept: it may be undone.

        The revision was read before the words, so that words are never older than the number they are kept under.
        """
        kept = self._kept
        if kept is not None and kept[0] == revision:
            return kept[1]
        found = synonyms_with(dictionary(unit))
        if is_quiet:
            self._kept = (revision, found)
        return found


def synonyms_with(known: Dictionary) -> Synonyms:
    """Return the shipped synonyms joined with what a dictionary has beside the shipped one."""
    if known is shipped():
        return shipped_synonyms()
    groups = (tuple(dict.fromkeys(_words(one))) for one in known if one.code not in shipped() or _is_extended(one))
    return synonyms_of(group for group in groups if len(group) > 1)


def _is_extended(element: DataElement) -> bool:
    return len(element.synonyms) > len(shipped().get(element.code).synonyms)


def _words(element: DataElement) -> Iterator[str]:
    """Yield the folded words of an element; those without a letter or a character stand for nothing."""
    anyhow = shipped().get(element.code).synonyms if element.code in shipped() else ()
    for word in (element.name, *element.synonyms):
        folded = fold(word)
        if len(folded) >= (LEAST_SHIPPED if word in anyhow else LEAST) and plain_terms(folded):
            yield folded
