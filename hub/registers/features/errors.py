"""What can go wrong with parcels and their coordinates."""

from __future__ import annotations

from policies.errors import DomainError


class FeatureQueryError(DomainError):
    """A question about parcels that names nothing, or something the register's entry does not hold."""


class ZoneError(DomainError):
    """Coordinates, or a zone, that do not fit each other."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(
            zh,
            en,
            next_zh="核对 EPSG 代码（4491–4554）、带号和纵横坐标的次序",
            next_en="check the EPSG code (4491 to 4554), the zone's number and the order of X and Y",
        )
