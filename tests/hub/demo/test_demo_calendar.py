"""The demo runs in every year: what is not announced is invented, marked as such, and accepted as a whole list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub.demo.calendar import NOTICE, sample_list
from policies.workdays import check_whole_year, read_list
from tests.support.clock import Clock
from tests.support.hosted import hosted_city

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Server


@pytest.mark.parametrize("year", range(2027, 2040))
def test_the_invented_list_of_a_year_is_a_whole_list(year: int) -> None:
    check_whole_year(read_list(sample_list(year), year), year)


def test_the_invented_list_says_that_it_is_invented() -> None:
    assert "示例" in NOTICE
    assert "invented" in NOTICE


def test_a_city_without_the_demos_list_does_not_guess_a_year(server: Server, template: str, tmp_path: Path) -> None:
    with hosted_city(server, template, tmp_path, now=Clock()) as city:
        assert 2027 not in city.services.context.calendar.years
