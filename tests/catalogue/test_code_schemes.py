"""Code schemes are data: a form, what its numbers run through, and the pattern that follows from it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catalogue.code_schemes import (
    NATIONAL_FORM,
    CodeFacts,
    CodeSchemeError,
    CountsPer,
    SchemeForm,
    check_form,
    counter_of,
    follows_class,
    pattern_of,
    write_code,
)

FACTS = CodeFacts("307014", "11410100005310783X", "410100", 2026)
CITY = SchemeForm("city-2026", "本市编码", "codes of the city", "{division}-{class}-{sequence:06}")


def test_the_national_code_is_class_slash_number_and_counts_in_each_class() -> None:
    assert (write_code(NATIONAL_FORM, FACTS, 17), counter_of(NATIONAL_FORM, FACTS)) == ("307014/17", "307014")


@pytest.mark.parametrize("number", [1, 999_999, 1_000_000])
def test_a_code_of_a_scheme_fits_its_pattern(number: int) -> None:
    assert pattern_of(CITY).fullmatch(write_code(CITY, FACTS, number))


def test_a_code_with_the_class_in_it_follows_the_class() -> None:
    assert (follows_class(CITY), follows_class(replace(CITY, form="{provider}-{sequence}"))) == (True, False)


def test_numbers_run_through_what_the_scheme_says() -> None:
    yearly = replace(CITY, form="{year}-{sequence:04}", counts_per=CountsPer.YEAR)
    assert (counter_of(CITY, FACTS), counter_of(yearly, FACTS)) == ("city-2026|", "city-2026|2026")


@pytest.mark.parametrize(
    "changed",
    [
        {"form": "{division}"},
        {"form": "{sequence}{sequence}"},
        {"form": "{nothing}-{sequence}"},
        {"form": "（{sequence}）"},
        {"name": "national-2017"},
        {"title_en": " "},
        {"counts_per": CountsPer.PROVIDER},
    ],
)
def test_a_scheme_that_cannot_be_used_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(CodeSchemeError):
        check_form(replace(CITY, **changed))  # type: ignore[arg-type]
