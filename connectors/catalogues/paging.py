"""A catalogue as a sequence of portions that can be taken up again: a file, pages of a graph, pages of a CKAN.

A portion has an address of its own (``at``) that is kept with the run, so that a cut run goes on with the portion
it was in. Pages are followed on the machine of the first alone, and never twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

from connectors.catalogues.ckan_client import PAGE, Ckan
from connectors.catalogues.ckan_packages import read_packages
from connectors.catalogues.kinds import Kind
from connectors.catalogues.opening import CatalogueFile
from connectors.catalogues.record import Notes, format_error
from connectors.http_source import Credentials, Validators, client_for, download

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import httpx2

    from connectors.catalogues.record import Found
    from connectors.egress import EgressPolicy
    from connectors.port import Limits
    from connectors.sources import SourceLimits

MOST_PAGES: Final = 20_000
_ENDINGS: Final = {
    Kind.RDF: ("text/turtle, application/rdf+xml;q=0.9, application/ld+json;q=0.8", "xml"),
    Kind.DATAJSON: ("application/json", "json"),
    Kind.PORTAL: ("application/json", "json"),
    Kind.AUTO: ("*/*", ""),
}


@dataclass(frozen=True, slots=True)
class Portion:
    """Records that come together; ``at`` is where to take them up again."""

    at: str
    found: Iterator[Found]
    notes: Notes


@dataclass(frozen=True, slots=True)
class Reading:
    """How a catalogue is read: its kind, the names of its members, limits."""

    kind: Kind
    mapping: Mapping[str, str]
    limits: Limits


def file_portions(path: Path, name: str, reading: Reading, *, base: str = "") -> Iterator[Portion]:
    """Yield the one portion of a file (its records raise as :meth:`CatalogueFile.records`)."""
    notes = Notes()
    yield Portion(
        "", CatalogueFile(path, name, reading.limits, base=base).records(reading.kind, reading.mapping, notes), notes
    )


@dataclass(frozen=True, slots=True)
class Remote:
    """A catalogue at an address: through which guard, within which limits, logged in how."""

    address: str
    policy: EgressPolicy
    limits: SourceLimits
    credentials: Credentials = field(default_factory=Credentials)
    trust_pem: str | None = None

    def client(self) -> httpx2.Client:
        """Return a client behind the egress guard; close it when done."""
        return client_for(self.policy, self.limits, self.trust_pem)


def remote_portions(remote: Remote, reading: Reading, at: str) -> Iterator[Portion]:
    """Yield the portions of a catalogue at an address, from the one at ``at`` on (empty: the first).

    Raises:
        SourceError, EgressRefusedError, EgressUnreachableError: it does not give them.
        CatalogueFormatError: what it gives is no catalogue of the kind.
    """
    with remote.client() as client:
        if reading.kind is Kind.CKAN:
            yield from _ckan_pages(remote, client, at)
        else:
            yield from _web_pages(remote, client, reading, at)


def _ckan_pages(remote: Remote, client: httpx2.Client, at: str) -> Iterator[Portion]:
    start = int(at) if at.isdigit() else 0
    with Ckan(remote.address, client, remote.credentials.secret) as ckan:
        while True:
            results, total = ckan.packages(start)
            if not results:  # an empty page is the end, whatever the count says
                return
            yield Portion(str(start), read_packages(enumerate(results, start), remote.address), Notes())
            start += len(results)
            if start >= total and len(results) < PAGE:
                return


def _web_pages(remote: Remote, client: httpx2.Client, reading: Reading, at: str) -> Iterator[Portion]:
    seen: set[str] = set()
    url = at or remote.address
    accept, ending = _ENDINGS[reading.kind]
    while url:
        if url in seen or len(seen) >= MOST_PAGES:
            raise format_error(url[:200], "分页回到了读过的一页", "the paging comes back to a page already read")
        seen.add(url)
        with NamedTemporaryFile(prefix="harvest-", suffix=".page") as file:
            path = Path(file.name)
            got = download(
                client, url, lambda given: {**remote.credentials.headers(given), "Accept": accept}, Validators(), path
            )
            name = _name_of(url, ending) if got is not None else ""
            notes = Notes()
            page = CatalogueFile(path, name, reading.limits, base=url)
            yield Portion(url, page.records(reading.kind, reading.mapping, notes), notes)
        url = _next(url, notes)


def _name_of(url: str, ending: str) -> str:
    """Return the name a page is read by: its address tells the syntax where it ends in one."""
    last = urlsplit(url).path.rpartition("/")[2]
    return last if "." in last else f"page.{ending}"


def _next(url: str, notes: Notes) -> str:
    """Return the page that follows, on the same machine; ``notes`` forget it, because it is followed."""
    if not notes.more:
        return ""
    following = urljoin(url, notes.more)
    here, there = urlsplit(url), urlsplit(following)
    if (here.scheme, here.netloc) != (there.scheme, there.netloc):
        raise format_error(
            url[:200],
            "下一页在另一台主机上，平台不跟随",
            "the page that follows is on another machine and is not followed",
        )
    notes.more = ""
    return following
