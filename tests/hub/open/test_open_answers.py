"""Kept answers to the public's row queries: given only while nothing they rest on has changed."""

from __future__ import annotations

from starlette.responses import Response

from hub.open.answers import AGE_SECONDS, CONFIRM_SECONDS, LARGEST_BYTES, OVERHEAD_BYTES, AnswerCache

QUERY = b"code=1"


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def kept(clock: Clock, *, epoch: int = 1, version: int = 3) -> tuple[AnswerCache, Response]:
    """Return a cache that holds one answer about 公交站点 (``stops``)."""
    cache, answer = AnswerCache(clock=clock), Response(b"{}")
    cache.keep(cache.question("stops", QUERY, epoch), version, answer)
    return cache, answer


def test_the_same_question_gets_the_kept_answer() -> None:
    cache, answer = kept(Clock())
    found = cache.find(cache.question("stops", QUERY, 1))
    assert found is not None
    assert (found.response, found.is_confirmed) == (answer, True)


def test_another_query_gets_none() -> None:
    cache, _ = kept(Clock())
    assert cache.find(cache.question("stops", b"code=2", 1)) is None


def test_another_policy_epoch_gets_none() -> None:
    cache, _ = kept(Clock(), epoch=1)
    assert cache.find(cache.question("stops", QUERY, 2)) is None


def test_an_answer_older_than_any_decision_may_be_is_not_given() -> None:
    clock = Clock()
    cache, _ = kept(clock)
    clock.now += AGE_SECONDS + 0.1
    assert cache.find(cache.question("stops", QUERY, 1)) is None


def test_the_version_is_asked_for_again_after_a_moment() -> None:
    clock = Clock()
    cache, _ = kept(clock)
    clock.now += CONFIRM_SECONDS + 0.01
    found = cache.find(cache.question("stops", QUERY, 1))
    assert found is not None
    assert not found.is_confirmed


def test_an_answer_of_the_version_that_is_current_is_confirmed() -> None:
    clock = Clock()
    cache, _ = kept(clock, version=3)
    clock.now += CONFIRM_SECONDS + 0.01
    question = cache.question("stops", QUERY, 1)
    assert cache.confirm(question, 3)
    found = cache.find(question)
    assert found is not None
    assert found.is_confirmed


def test_an_answer_of_an_earlier_version_is_not_confirmed() -> None:
    clock = Clock()
    cache, _ = kept(clock, version=3)
    clock.now += CONFIRM_SECONDS + 0.01
    assert not cache.confirm(cache.question("stops", QUERY, 1), 4)


def test_after_a_push_the_version_is_asked_for_at_once() -> None:
    cache, _ = kept(Clock())
    cache.pushed("stops")
    found = cache.find(cache.question("stops", QUERY, 1))
    assert found is not None
    assert not found.is_confirmed


def test_an_answer_read_while_a_push_was_committed_is_not_kept() -> None:
    cache = AnswerCache()
    question = cache.question("stops", QUERY, 1)
    cache.pushed("stops")
    cache.keep(question, 3, Response(b"{}"))
    assert cache.find(cache.question("stops", QUERY, 1)) is None


def test_a_version_read_before_a_push_confirms_nothing_after_it() -> None:
    cache, _ = kept(Clock(), version=3)
    question = cache.question("stops", QUERY, 1)
    cache.pushed("stops")
    cache.confirm(question, 3)
    found = cache.find(cache.question("stops", QUERY, 1))
    assert found is not None
    assert not found.is_confirmed


def test_a_large_answer_is_not_kept() -> None:
    cache = AnswerCache()
    cache.keep(cache.question("stops", QUERY, 1), 3, Response(b"x" * LARGEST_BYTES))
    assert cache.find(cache.question("stops", QUERY, 1)) is None


def test_the_answer_longest_unused_makes_room() -> None:
    cache = AnswerCache(limit_bytes=2 * (OVERHEAD_BYTES + 20))
    for query in (b"a", b"b"):
        cache.keep(cache.question("stops", query, 1), 3, Response(b"{}"))
    cache.find(cache.question("stops", b"a", 1))
    cache.keep(cache.question("stops", b"c", 1), 3, Response(b"{}"))
    assert [query for query in (b"a", b"b", b"c") if cache.find(cache.question("stops", query, 1))] == [b"a", b"c"]
