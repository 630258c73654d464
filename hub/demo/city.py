"""The invented city 示例市: its jurisdictions, departments, systems and people, read from ``city.toml``.

Only what a newcomer meets in the demo. Credit codes are computed, logins follow one pattern
(``minzhengju.approver``), all people share one printed password: none of this belongs into a real city.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from hub.demo.numbers import credit_code, landline
from hub.identity.facts import Jurisdiction, JurisdictionKind, MemberKind
from hub.identity.roles import NAMES_ZH, Role

if TYPE_CHECKING:
    from collections.abc import Mapping

ORGAN: Final = "11"
"""State organ, registered by the office of establishments (GB 32100)."""

ENTERPRISE: Final = "91"
"""Enterprise, registered by market regulation: what a public-service company is."""

ROLE_NUMBERS: Final[Mapping[Role, str]] = dict(zip(Role, "一二三四五六七八九十零", strict=True))
"""The last character of an invented name says the role."""


@dataclass(frozen=True, slots=True)
class DemoStaff:
    """A person of the demo with exactly one role."""

    login: str
    name: str
    role: Role

    @property
    def role_zh(self) -> str:
        """The role as pages call it."""
        return NAMES_ZH[self.role]


@dataclass(frozen=True, slots=True)
class DemoMember:
    """A member of the demo; ``system`` is empty where it has none."""

    slug: str
    name: str
    name_en: str
    kind: MemberKind
    organisation_code: str
    contact: str
    system: str
    staff: tuple[DemoStaff, ...]

    def login(self, role: Role) -> str:
        """Return the login of this member's person in a role (raises LookupError where there is none)."""
        found = next((person.login for person in self.staff if person.role is role), None)
        if found is None:
            raise LookupError(f"{self.name}没有{NAMES_ZH[role]} / {self.slug} has no {role}")
        return found


@dataclass(frozen=True, slots=True)
class DemoCity:
    """The whole city; the first jurisdiction is the city itself, the first member its data authority."""

    name_zh: str
    name_en: str
    code: str
    pack: str
    password: str
    jurisdictions: tuple[Jurisdiction, ...]
    members: tuple[DemoMember, ...]

    def member(self, slug: str) -> DemoMember:
        """Return a member by its slug (raises LookupError)."""
        found = next((member for member in self.members if member.slug == slug), None)
        if found is None:
            raise LookupError(f"示例市没有单位 {slug} / the demo city has no member {slug}")
        return found

    @property
    def authority(self) -> DemoMember:
        """The data-sharing authority."""
        return next(member for member in self.members if member.kind is MemberKind.AUTHORITY)

    @property
    def places(self) -> tuple[Jurisdiction, ...]:
        """Districts and zone, without the city."""
        return tuple(place for place in self.jurisdictions if place.kind is not JurisdictionKind.CITY)


@cache
def load_city() -> DemoCity:
    """Return the city of the demo."""
    data = tomllib.loads(files("hub.demo").joinpath("city.toml").read_text(encoding="utf-8"))
    code, pack = data["code"], data["pack"]
    city = Jurisdiction(code, data["name_zh"], data["name_en"], JurisdictionKind.CITY, None, pack)
    below = tuple(
        Jurisdiction(place["code"], place["name_zh"], place["name_en"], JurisdictionKind(place["kind"]), code, pack)
        for place in data["jurisdictions"]
    )
    return DemoCity(
        name_zh=data["name_zh"],
        name_en=data["name_en"],
        code=code,
        pack=pack,
        password=data["password"],
        jurisdictions=(city, *below),
        members=tuple(_member(number, member) for number, member in enumerate(data["members"], start=1)),
    )


def _member(number: int, data: Mapping[str, Any]) -> DemoMember:
    kind = MemberKind(data["kind"])
    slug, mark = data["slug"], data["mark"]
    roles = [Role(role) for role in data["roles"]]
    return DemoMember(
        slug=slug,
        name=data["name"],
        name_en=data["name_en"],
        kind=kind,
        organisation_code=credit_code(ENTERPRISE if kind is MemberKind.PUBLIC_SERVICE else ORGAN, data["body"]),
        contact=f"数据共享科 {landline(number)}",
        system=data.get("system", ""),
        staff=tuple(DemoStaff(f"{slug}.{role}", f"示例{mark}{ROLE_NUMBERS[role]}", role) for role in roles),
    )
