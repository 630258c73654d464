"""Reading HTML as a browser and a screen reader do: headings, labels, tables, links, languages. No library needed."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

from typing_extensions import override

VOID = frozenset({"meta", "link", "br", "input", "hr", "img"})


@dataclass
class Element:
    """One element with its attributes, its children and its text."""

    tag: str
    attributes: dict[str, str]
    parent: Element | None = None
    children: list[Element] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text inside, spaces made one."""
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> list[str]:
        return self.pieces + [part for child in self.children for part in child._texts()]

    def find(self, *tags: str) -> list[Element]:
        """Return all elements of these tags inside, in order."""
        found = []
        for child in self.children:
            if not tags or child.tag in tags:
                found.append(child)
            found.extend(child.find(*tags))
        return found

    def get(self, name: str) -> str:
        """Return an attribute, empty without it."""
        return self.attributes.get(name, "")

    @property
    def lang(self) -> str:
        """The language that holds for the element."""
        return self.get("lang") or (self.parent.lang if self.parent is not None else "")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.top = Element("", {})
        self.open = [self.top]
        self.faults: list[str] = []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, self.open[-1])
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    @override
    def handle_endtag(self, tag: str) -> None:
        if self.open[-1].tag != tag:
            self.faults.append(f"</{tag}> closes <{self.open[-1].tag}>")
            return
        self.open.pop()

    @override
    def handle_data(self, data: str) -> None:
        # A stand-in element keeps text and elements in their order.
        if data:
            self.open[-1].children.append(Element("#text", {}, self.open[-1], pieces=[data]))


def read(html: str) -> Element:
    """Return the page as a tree; every element must be closed where it was opened."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader.faults == []
    assert [element.tag for element in reader.open] == [""]
    return reader.top
