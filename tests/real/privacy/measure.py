"""Precision and recall of the scanner on a corpus, kind by kind, and the shapes of what it missed.

*Exact*: the same characters and kind. *Overlap*: at least one common character and the same kind. Shapes hide every
value: digits become 9, Latin letters a, Han characters 某.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from catalogue.privacy.scan import find_spans
from tests.real.privacy.corpora import CORPORA, PARTIAL, texts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from catalogue.privacy.kinds import Kind
    from tests.real.privacy.corpora import Labelled

_SHAPES: Final = 6


@dataclass(slots=True)
class Score:
    """Counts of one kind in one corpus."""

    labelled: int = 0
    found: int = 0
    exact: int = 0
    told: int = 0
    right: int = 0
    missed: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)

    @property
    def recall(self) -> float:
        """Share of the labelled spans that overlap a span of the kind."""
        return self.found / self.labelled if self.labelled else 1.0

    @property
    def precision(self) -> float:
        """Share of the told spans that overlap a labelled one of the kind."""
        return self.right / self.told if self.told else 1.0


def shape(value: str) -> str:
    """Return the shape of a value without anything of it."""
    return re.sub(r"[\u4e00-\u9fff]", "某", re.sub(r"[A-Za-z\u00c0-\u024f]", "a", re.sub("[0-9]", "9", value)))[:40]


def scored(corpus: Iterable[Labelled]) -> dict[Kind, Score]:
    """Compare the scanner with the labels."""
    scores: dict[Kind, Score] = defaultdict(Score)
    for one in corpus:
        told = [(span.start, span.end, span.kind) for span in find_spans(one.text)]
        for start, end, kind in one.spans:
            score = scores[kind]
            score.labelled += 1
            score.exact += (start, end, kind) in told
            if any(first < end and start < last and kind == other for first, last, other in told):
                score.found += 1
            else:
                score.missed[shape(one.text[start:end])] += 1
        for start, end, kind in told:
            score = scores[kind]
            score.told += 1
            if any(first < end and start < last and kind == other for first, last, other in one.spans):
                score.right += 1
            else:
                score.wrong[shape(one.text[start:end])] += 1
    return dict(scores)


def figures() -> dict[str, Any]:
    """Return the figures of every corpus as JSON, for kinds that are labelled in it."""
    found: dict[str, Any] = {}
    for name in CORPORA:
        scores = scored(texts(name))
        found[name] = {
            kind.value: {
                "labelled": score.labelled,
                "recall": round(score.recall, 3),
                "recall_exact": round(score.exact / score.labelled, 3),
                "precision": None if kind in PARTIAL.get(name, ()) else round(score.precision, 3),
                "missed": dict(score.missed.most_common(_SHAPES)),
                "wrong": {} if kind in PARTIAL.get(name, ()) else dict(score.wrong.most_common(_SHAPES)),
            }
            for kind, score in sorted(scores.items())
            if score.labelled
        }
    return found
