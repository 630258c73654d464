"""What the scanner reaches on the labelled corpora, and that the reference page says just that (issue: scanner)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.real.privacy.corpora import SHARED
from tests.real.privacy.make_page import FIGURES, PAGE, tables
from tests.real.privacy.measure import figures

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the labelled corpora are not beside the project")
RECALL, PRECISION = 0.97, 0.90
STRICT = ("citizen_id", "phone", "bank_card", "email")


@pytest.fixture(scope="module")
def measured() -> dict[str, Any]:
    return figures()


@pytest.mark.parametrize("kind", STRICT)
def test_recall_and_precision_reach_the_target_on_every_corpus(measured: dict[str, Any], kind: str) -> None:
    missed = {
        corpus: kinds[kind]
        for corpus, kinds in measured.items()
        if kind in kinds and (kinds[kind]["recall"] < RECALL or (kinds[kind]["precision"] or 1.0) < PRECISION)
    }
    assert missed == {}


@pytest.mark.parametrize("kind", STRICT)
def test_every_kind_with_a_target_is_labelled_somewhere(measured: dict[str, Any], kind: str) -> None:
    assert any(kind in kinds for kinds in measured.values())


def test_the_figures_kept_are_those_measured(measured: dict[str, Any]) -> None:
    assert json.loads(FIGURES.read_text(encoding="utf-8"))["corpora"] == measured


def test_the_reference_page_shows_the_figures_kept() -> None:
    assert tables(json.loads(FIGURES.read_text(encoding="utf-8"))) in Path(PAGE).read_text(encoding="utf-8")
