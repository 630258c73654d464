"""What a provider registers of its API: address, path template, parameters, where rows and fields are.

A definition is a plain value kept as JSON with its version. Every parameter is an item of the entry and is also
given back in each row, because the hub compares it: a provider that answers another person's record is caught.
"""

from __future__ import annotations

import json
import re
import ssl
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Final, Self

import httpx2

from connectors.egress_client import tls_context
from connectors.relay_answers import Pointer, parse_pointer
from connectors.relay_paths import PARAMETER, PathTemplate, RelayTemplateError
from hub.exchange.relay.errors import RelayDefinitionError
from hub.identity.errors import KeyRefusedError
from hub.identity.keys import public_jwk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from catalogue.entry import Entry

METHODS: Final = ("GET", "POST")
HEADER: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
OUR_HEADERS: Final = frozenset(
    {"host", "connection", "content-length", "content-type", "transfer-encoding", "te", "trailer", "upgrade", "expect"}
    | {"accept", "accept-encoding", "user-agent", "cookie", "hub-assertion", "proxy-authorization", "forwarded"}
)
NOT_FOUND: Final = range(400, 500)
BODY_BYTES: Final = 8192
BODY_DEPTH: Final = 8
LONGEST_STALE_SECONDS: Final = 366 * 24 * 3600

Fault = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Definition:
    """One registered API.

    ``query`` and ``body`` hold texts, of which ``{column}`` alone stands for a parameter. ``rows`` and the values of
    ``fields`` are JSON pointers, ``fields`` by column. ``header_name`` is the provider's own header; its value is kept
    apart. ``trust_pem`` pins the server's certificates. ``signer`` is the public key (JWK) of a provider that signs
    its answers. ``max_stale_seconds``: how old a stored copy may be when the API is away; None: never.
    """

    base_url: str
    path: str
    rows: str
    fields: Mapping[str, str]
    method: str = "GET"
    query: Mapping[str, str] = field(default_factory=dict)
    body: object = None
    header_name: str | None = None
    trust_pem: str | None = None
    signer: Mapping[str, str] | None = None
    not_found: tuple[int, ...] = (404,)
    max_stale_seconds: int | None = None
    may_wait: bool = False

    @property
    def template(self) -> PathTemplate:
        """The path, taken apart."""
        return PathTemplate.parse(self.path)

    @property
    def parameters(self) -> tuple[str, ...]:
        """The columns a question must give: of the path, the query and the body, each once."""
        named = [*self.template.parameters]
        named += [
            match[1] for text in (*self.query.values(), *_texts(self.body)) if (match := PARAMETER.fullmatch(text))
        ]
        return tuple(dict.fromkeys(named))

    @property
    def row_pointer(self) -> Pointer:
        """Where the rows are."""
        return parse_pointer(self.rows)

    @property
    def field_pointers(self) -> dict[str, Pointer]:
        """Where the fields of a row are, by column."""
        return {column: parse_pointer(text) for column, text in self.fields.items()}

    @property
    def audience(self) -> str:
        """The audience of the hub's assertion: the address as registered, without the path of a question."""
        return self.base_url.rstrip("/")

    def url(self, values: Mapping[str, str]) -> str:
        """Return the URL of one question, rebuilt from the template (raises :class:`RelayPathError`)."""
        return self.audience + self.template.build(values)

    def to_json(self) -> dict[str, object]:
        """Return the definition as it is stored and shown."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Self:
        """Read back what :meth:`to_json` wrote."""
        given = dict(data)
        given["not_found"] = tuple(given["not_found"])  # type: ignore[arg-type]  # a list of our own writing
        return cls(**given)  # type: ignore[arg-type]  # as above


def filled(template: object, values: Mapping[str, str]) -> object:
    """Return a JSON template with each ``{column}`` replaced by its value; nothing else is touched."""
    match template:
        case str():
            named = PARAMETER.fullmatch(template)
            return template if named is None else values[named[1]]
        case dict():
            return {name: filled(inner, values) for name, inner in template.items()}
        case list():
            return [filled(inner, values) for inner in template]
        case _:
            return template


def _texts(template: object) -> Iterator[str]:
    pending = [template]
    while pending:
        match pending.pop():
            case str() as text:
                yield text
            case dict() as members:
                pending.extend(reversed(members.values()))
            case list() as parts:
                pending.extend(reversed(parts))
            case _:
                pass


def check_definition(definition: Definition, entry: Entry) -> None:
    """Check a definition against the entry it serves; the address is checked by the egress guard, apart.

    Raises:
        RelayDefinitionError: with every fault at once.
    """
    faults = [*_form_faults(definition)]
    if not faults:
        faults = [*_item_faults(definition, entry), *_key_faults(definition)]
    if faults:
        raise RelayDefinitionError(
            f"接口登记有 {len(faults)} 处有误，第一处：{faults[0][1]}",
            f"{len(faults)} fault(s) in the endpoint, the first: {faults[0][2]}",
            next_zh="请按 faults 逐条修改后重新登记",
            next_en="mend what `faults` lists and register again",
            facts={"faults": [{"pointer": where, "message": zh, "message_en": en} for where, zh, en in faults]},
        )


def _form_faults(definition: Definition) -> Iterator[Fault]:
    try:
        PathTemplate.parse(definition.path)
    except RelayTemplateError as error:
        yield "/path", error.zh, error.en
    pointers = {"/rows": definition.rows, **{f"/fields/{name}": text for name, text in definition.fields.items()}}
    for where, text in pointers.items():
        try:
            parse_pointer(text)
        except ValueError:
            yield where, "不是 JSON 指针（RFC 6901）", "is no JSON pointer (RFC 6901)"
    yield from _request_faults(definition)
    if not _is_plain(definition.base_url):
        yield "/base_url", "不是可以登记的地址，也不含查询和片段", "is no address that can be registered, without query"
    if not definition.not_found or any(status not in NOT_FOUND for status in definition.not_found):
        yield "/not_found", "应为 400 至 499 的状态码", "is statuses from 400 to 499"
    stale = definition.max_stale_seconds
    if stale is not None and not 0 < stale <= LONGEST_STALE_SECONDS:
        yield "/max_stale_seconds", "应为一年以内的正秒数", "is a positive number of seconds, a year at most"


def _request_faults(definition: Definition) -> Iterator[Fault]:
    if definition.method not in METHODS:
        yield "/method", "只能是 GET 或 POST", "is GET or POST"
    if definition.method == "GET" and definition.body is not None:
        yield "/body", "GET 没有请求体", "a GET has no body"
    if len(json.dumps(definition.body)) > BODY_BYTES or _depth(definition.body) > BODY_DEPTH:
        yield "/body", "请求体模板过大或嵌套过深", "the template is too large or too deep"
    texts = (*definition.query.values(), *_texts(definition.body))
    if any("{" in text and not PARAMETER.fullmatch(text) for text in texts):
        yield "/query", "参数须占整个值，如 {shenfen_haoma}", "a parameter is a whole value, such as {citizen_id}"


def _is_plain(base_url: str) -> bool:
    """Whether the path of the address is fixed text in its one spelling, as the fixed parts of the template are."""
    try:
        path = httpx2.URL(base_url).raw_path.decode("ascii").rstrip("/")
        written = "/" + base_url.partition("://")[2].partition("/")[2]
        is_fixed = not path or PathTemplate.parse(path).parameters == ()
        return is_fixed and written.rstrip("/") == path
    except (httpx2.InvalidURL, RelayTemplateError, UnicodeError):
        return False


def _depth(value: object) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max((_depth(one) for one in inner), default=0)


def _item_faults(definition: Definition, entry: Entry) -> Iterator[Fault]:
    known = {item.column for item in entry.items}
    for column in definition.fields:
        if column not in known:
            yield f"/fields/{column[:59]}", "条目没有这个信息项", "the entry has no such item"
    parameters = definition.parameters
    if not parameters:
        yield "/path", "至少要有一个查询参数：接口按对象查询", "needs a parameter: a relay asks about one subject"
    for column in parameters:
        if column not in definition.fields:
            zh, en = "查询参数须在每行中返回，以便核对", "each parameter must come back in each row, to be compared"
            yield f"/fields/{column}", zh, en


def _key_faults(definition: Definition) -> Iterator[Fault]:
    name = definition.header_name
    if name is not None and (not HEADER.fullmatch(name) or name.lower() in OUR_HEADERS):
        yield "/header_name", "该请求头由平台填写或不可用", "this header is the hub's own, or none"
    if definition.trust_pem is not None:
        try:
            tls_context(definition.trust_pem)
        except (ssl.SSLError, ValueError):
            yield "/trust_pem", "不是 PEM 证书", "is no PEM certificate"
    if definition.signer is not None:
        try:
            public_jwk(definition.signer)
        except KeyRefusedError as error:
            yield "/signer", error.zh, error.en
