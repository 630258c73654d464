"""The generated parts of the documentation: written from the code, compared with it by a test.

In a page, what stands between ``<!-- generated: NAME -->`` and ``<!-- end -->`` belongs to the block of that name.
``python -m tests.docs.generated --write`` (from the top folder) writes every page anew; without ``--write`` it
lists the pages that differ and ends with 1.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hub import schema
from hub.app import build_services, create_app
from hub.database import Database
from hub.postgres import embedded_url
from hub.settings import Settings
from tests.docs import blocks_catalogue, blocks_ckan, blocks_hub, blocks_law, blocks_law_tests, blocks_states

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TOP: Final = Path(__file__).resolve().parents[2]
PAGES: Final = sorted([*TOP.glob("*.md"), *(TOP / "docs").rglob("*.md")])
PART: Final = re.compile(r"(<!-- generated: ([a-z-]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)
BLOCKS: Final[Mapping[str, Callable[[], str]]] = {
    **blocks_catalogue.BLOCKS,
    **blocks_ckan.BLOCKS,
    **blocks_law.BLOCKS,
    **blocks_law_tests.BLOCKS,
    **blocks_hub.BLOCKS,
    **blocks_states.BLOCKS,
}
OPERATIONS: Final = "operations"
"""The one block that needs a hub: the operations of its OpenAPI document."""


def generated(page: str, document: Mapping[str, Any]) -> str:
    """Return the text of a page with every generated part as the code says it now (KeyError: no such block)."""

    def part(found: re.Match[str]) -> str:
        name = found[2]
        text = blocks_hub.operations(document) if name == OPERATIONS else BLOCKS[name]()
        return f"{found[1]}\n{text}\n\n{found[4]}"

    return PART.sub(part, page)


def openapi(database: Database, settings: Settings) -> Mapping[str, Any]:
    """Return the OpenAPI document of a hub on a migrated database."""
    document: Mapping[str, Any] = create_app(build_services(settings, database)).openapi()
    return document


def main() -> int:
    """Write or compare all pages; returns how many differ, at most 1."""
    writes = sys.argv[1:] == ["--write"]
    with tempfile.TemporaryDirectory(prefix="shutong-docs-") as folder, embedded_url(Path(folder) / "data") as url:
        settings = Settings(data_dir=Path(folder) / "data", demo=True)
        database = Database.from_settings(settings, url)
        schema.migrate(database)
        document = openapi(database, settings)
        database.close()
    differ = 0
    for path in PAGES:
        text = path.read_text("utf-8")
        fresh = generated(text, document)
        if fresh != text:
            differ = 1
            print(path.relative_to(TOP))
            if writes:
                path.write_text(fresh, "utf-8")
    return 0 if writes else differ


if __name__ == "__main__":
    raise SystemExit(main())
