"""How a file sent with a form is to be read: the options of ``hub push`` as fields, each named as the option is.

The messages of the push name its options; on the page they are found under the same names. What is left empty is
found out, or read by the saved mapping of the entry. What is typed and cannot be is told at its field, never dropped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from connectors.port import ReadOptions
from hub.api.pushes import renamed
from hub.portal.work.forms import Fault, Form, faults_of, within
from hub.push.header import HeaderMapping
from policies.errors import DomainError

if TYPE_CHECKING:
    from hub.portal.work.frame import WorkPage

ENCODINGS: Final = ("gb18030", "utf-8", "big5", "utf-16")
COUNTS: Final = {"header_row": (1, 1000, 1), "skip_after_header": (0, 100, 0), "skip_footer": (0, 1000, 0)}
"""Fields that hold a number: least, most, and what stands for an empty one."""
LONGEST_NAME: Final = 200
LONGEST_PATH: Final = 500
_TAB: Final = r"\t"


def reading(page: WorkPage, form: Form, filename: str | None) -> tuple[ReadOptions, HeaderMapping, Form]:
    """Return how the file is to be read, and the form with what is wrong in these fields.

    Raises:
        RequestValidationError: a text is longer than its field takes.
    """
    faults: list[Fault] = []
    counts = {name: _count(page, form, name, faults) for name in COUNTS}
    encoding = form.value("encoding")
    if encoding and encoding not in ENCODINGS:
        faults.append(Fault("encoding", page.text("fault_choose")))
    columns = _lines(form, "columns")
    options = ReadOptions(
        name=filename,
        encoding=encoding or None,
        delimiter=_delimiter(form),
        quote="" if form.is_ticked("quote", "none") else '"',
        sheet=form.bounded("sheet", LONGEST_NAME) or None,
        header_row=counts["header_row"],
        skip_after_header=counts["skip_after_header"],
        skip_footer=counts["skip_footer"],
        no_header=bool(columns),
        columns=columns,
        member=form.bounded("member", LONGEST_PATH) or None,
        records_path=form.bounded("records_path", LONGEST_PATH) or None,
        nested="text" if form.is_ticked("nested", "text") else "",
    )
    return options, _mapping(page, form, faults), form.with_faults(*faults)


def _count(page: WorkPage, form: Form, name: str, faults: list[Fault]) -> int:
    least, most, usual = COUNTS[name]
    if not form.value(name):
        return usual
    number = form.number(name)
    if number is None or not least <= number <= most:
        faults.append(Fault(name, page.text("fault_number_between", least=least, most=most)))
        return usual
    return number


def _delimiter(form: Form) -> str | None:
    """Return the delimiter as typed: a blank would be one too, so nothing is stripped; two signs are refused later."""
    typed = form.values.get("delimiter", ("",))[-1]
    return "\t" if typed.strip() == _TAB else within("delimiter", typed, 10) or None


def _lines(form: Form, name: str) -> tuple[str, ...]:
    """Return the names of a field, one a line: names of columns hold commas and semicolons of their own."""
    lines = (line.strip() for line in form.value(name).splitlines())
    return tuple(within(name, line, LONGEST_NAME) for line in lines if line)


def _mapping(page: WorkPage, form: Form, faults: list[Fault]) -> HeaderMapping:
    pairs: dict[str, str] = {}
    for line in _lines(form, "rename"):
        try:
            pairs |= (renamed(line),)
        except DomainError as error:
            faults.extend(faults_of(error, page.lang, at="rename"))
    return HeaderMapping(pairs, frozenset(_lines(form, "ignore")), frozenset(_lines(form, "absent")))
