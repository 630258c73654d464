"""The forms in which a graph is written, which of them a reader accepts (RFC 9110 section 12.5.1), and the writing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pyoxigraph import RdfFormat, serialize

from hub.open.dcat.terms import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyoxigraph import Triple

HTML: Final = "text/html"
_XHTML: Final = "application/xhtml+xml"
"""Asks for a page where it is named."""


@dataclass(frozen=True, slots=True)
class GraphForm:
    """One form: the ending of its addresses, its media types (the first is answered), its writer."""

    ending: str
    media_types: tuple[str, ...]
    writer: RdfFormat

    @property
    def media_type(self) -> str:
        """The media type it is answered with."""
        return self.media_types[0]


TURTLE: Final = GraphForm("ttl", ("text/turtle", "application/x-turtle", "text/n3"), RdfFormat.TURTLE)
JSON_LD: Final = GraphForm("jsonld", ("application/ld+json", "application/json"), RdfFormat.JSON_LD)
RDF_XML: Final = GraphForm("rdf", ("application/rdf+xml", "application/xml", "text/xml"), RdfFormat.RDF_XML)
FORMS: Final = (TURTLE, JSON_LD, RDF_XML)
BY_ENDING: Final = {"ttl": TURTLE, "jsonld": JSON_LD, "rdf": RDF_XML, "xml": RDF_XML}
OFFERED: Final = (HTML, *(form.media_type for form in FORMS))


def written(triples: Iterable[Triple], form: GraphForm) -> bytes:
    """Return statements in a form."""
    content = serialize(triples, format=form.writer, prefixes=PREFIXES)
    if content is None:  # it is None only where a file to write to is given
        raise RuntimeError("nothing was written")
    return content


def _ranges(accept: str) -> list[tuple[str, float]]:
    """Return the media ranges of a header with their weights; a weight that cannot be read counts as none."""
    found = []
    for part in accept.split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        if not name:
            continue
        weight = 1.0
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip().lower() == "q":
                try:
                    weight = min(1.0, max(0.0, float(value)))
                except ValueError:
                    weight = 0.0
        found.append((name.lower(), weight))
    return found


def _weight(ranges: Sequence[tuple[str, float]], media_type: str) -> float:
    """Return how much a media type is wanted: the most exact range that fits counts."""
    exact = {media_type: 3, f"{media_type.partition('/')[0]}/*": 2, "*/*": 1}
    fitting = [(exact[name], weight) for name, weight in ranges if name in exact]
    return max(fitting, default=(0, 0.0))[1]


def chosen(accept: str) -> GraphForm | str | None:
    """Return what a reader wants: a form of graphs, :data:`HTML`, or None where nothing that is served will do.

    Who accepts everything alike gets the page; an empty header accepts everything.
    """
    ranges = _ranges(accept) or [("*/*", 1.0)]
    best: GraphForm | str | None = HTML
    exact = dict(ranges)
    most = max(_weight(ranges, HTML), exact.get(_XHTML, 0.0))
    for form in FORMS:
        # Other names of a form count where they are named; «application/*» does not mean them.
        weight = max(_weight(ranges, form.media_type), *(exact.get(name, 0.0) for name in form.media_types[1:]))
        if weight > most:
            best, most = form, weight
    return best if most > 0 else None
