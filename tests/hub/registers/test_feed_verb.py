"""``hub registers feed``: all registers, or one of them beside others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typer.testing import CliRunner

from hub.cli import app
from tests.hub.registers.kit import number_of

if TYPE_CHECKING:
    import pytest

    from tests.hub.registers.kit import City


def test_one_register_alone_is_fed(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    city.found("gongan", "示例市公安局", ("P001", "P002"))
    city.name("gongan")
    city.push("gongan", [{"p001": number_of(3), "p002": "王芳", "changed": city.local_now()}])
    monkeypatch.setenv("HUB_DATABASE_URL", city.database.url)
    monkeypatch.setenv("HUB_DATA_DIR", str(city.services.settings.data_dir))
    other = CliRunner().invoke(app, ["registers", "feed", "legal_persons"])
    assert (other.exit_code, city.subject(number_of(3))) == (0, None), other.output
    own = CliRunner().invoke(app, ["registers", "feed", "population"])
    assert own.exit_code == 0, own.output
    assert city.values(number_of(3)) == {"P002": "王芳"}


def test_a_register_nobody_knows_is_told(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_DATABASE_URL", city.database.url)
    monkeypatch.setenv("HUB_DATA_DIR", str(city.services.settings.data_dir))
    done = CliRunner().invoke(app, ["registers", "feed", "persons"])
    assert done.exit_code == 1, done.output
    assert "legal_persons" in done.output
