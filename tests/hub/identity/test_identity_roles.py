"""Roles one person may hold together: the rule, and the database that keeps it."""

from __future__ import annotations

import uuid
from itertools import chain, combinations
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from hub.identity import staff, tables
from hub.identity.errors import RoleConflictError
from hub.identity.roles import ADMINISTRATORS, GRANTING, USING, Role, conflicts

if TYPE_CHECKING:
    from tests.hub.identity.identity_kit import Kit

ROLE_SETS = st.frozensets(st.sampled_from(Role))


def may_be_held(roles: frozenset[Role]) -> bool:
    """Say the rule in its own words: not granting and using, not two administrators."""
    return not (roles & GRANTING and roles & USING) and len(roles & ADMINISTRATORS) <= 1


@given(ROLE_SETS)
def test_a_set_of_roles_has_a_conflict_exactly_when_one_person_may_not_hold_it(roles: frozenset[Role]) -> None:
    assert (conflicts(roles) == ()) is may_be_held(roles)


@given(ROLE_SETS.filter(lambda roles: not may_be_held(roles)))
def test_a_refused_set_of_roles_says_why_in_both_languages(roles: frozenset[Role]) -> None:
    with pytest.raises(RoleConflictError) as refusal:
        staff.checked_roles(roles)
    assert "一人兼任" in refusal.value.zh
    assert refusal.value.facts["conflicts"]


def test_the_database_stores_no_set_of_roles_that_one_person_must_not_hold(kit: Kit) -> None:
    person = kit.add_person("zhang.san").id
    sizes = range(4)  # every conflict is one of two roles, so three roles show whatever more would
    subsets = [frozenset(chosen) for chosen in chain.from_iterable(combinations(Role, size) for size in sizes)]
    stored = []
    with kit.database.begin() as unit:
        for roles in subsets:
            try:
                with unit.connection.begin_nested():
                    change = tables.staff.update().where(tables.staff.c.id == person).values(roles=sorted(roles))
                    unit.connection.execute(change)
                stored.append(roles)
            except IntegrityError:
                continue
    assert stored == [roles for roles in subsets if may_be_held(roles)]


def test_the_database_stores_no_role_nobody_knows(kit: Kit) -> None:
    person = kit.add_person("zhang.san").id
    change = sa.text("UPDATE hub.staff SET roles = '{root}' WHERE id = :id")
    with pytest.raises(IntegrityError), kit.database.begin() as unit:
        unit.connection.execute(change, {"id": person})


def test_a_password_is_stored_as_argon2id_only(kit: Kit) -> None:
    person = kit.add_person("zhang.san")
    with kit.database.begin() as unit:
        query = sa.select(tables.staff.c.password_hash).where(tables.staff.c.id == uuid.UUID(str(person.id)))
        assert unit.connection.execute(query).scalar_one().startswith("$argon2id$")
