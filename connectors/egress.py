"""The egress guard: every call the hub makes to somebody else's machine goes through here (threats 4, 32).

A registered address is text a stranger wrote. :func:`check_target` reads it with the parser that will also dial
it, resolves it once and passes it only if *every* address of the answer may be reached. The clients of
:mod:`connectors.egress_client` repeat this at each attempt and dial the very address that was checked, so that a
name whose answer changes in between (DNS rebinding) gains nothing.

What may be reached is the operator's list (``HUB_EGRESS_ALLOW``); an empty list lets nothing out.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import AddressValueError, IPv4Address, IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING, Final, Self

import httpx2

from connectors.egress_addresses import Reach, is_this_machine, plain, reach
from policies.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connectors.egress_addresses import Address, Network

Resolver = Callable[[str, int], Sequence[str]]
"""From host and port to the texts of all its addresses; OSError where there is none."""

PUBLIC_WORD: Final = "public"
URL_LENGTH: Final = 2048
HOST: Final = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
NUMBERISH: Final = re.compile(r"(.*\.)?(0x[0-9a-f]*|[0-9]+)")  # WHATWG URL 3.5: a host that ends in a number is IPv4
UNWANTED: Final = re.compile(r"[\x00-\x20\x7f-\xa0\\#]|[\u2028\u2029\ud800-\udfff]")
HTTPS_PORT: Final = 443
LEAST_PORT: Final = 1024
LARGEST_PORT: Final = 65535
SERVICE_PORTS: Final = frozenset(
    {1433, 1521, 2049, 2375, 2376, 2379, 2380, 3306, 3389, 4444, 5432, 5672, 5900, 6000, 6379, 6443}
    | {9042, 9092, 9200, 9300, 10250, 11211, 15672, 27017, 50070}
)
"""Ports of databases, queues and cluster managers: nobody serves a data API there."""


class EgressRefusedError(DomainError):
    """The hub does not call this address; ``facts["reason"]`` says why in one word, never what lies behind it."""


class EgressUnreachableError(DomainError):
    """The name of the target has no address now."""


class EgressLimitError(DomainError):
    """The other side's answer was larger than agreed, or compressed although plain was asked for."""


@dataclass(frozen=True, slots=True)
class Target:
    """A checked address: what to dial. ``host`` is ASCII and lower case; ``addresses`` are all checked."""

    scheme: str
    host: str
    port: int
    addresses: tuple[str, ...]


def system_resolver(host: str, port: int) -> Sequence[str]:
    """Ask the system's resolver; blocks as long as that takes."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(answer[4][0]) for answer in found))


@dataclass(frozen=True, slots=True)
class EgressPolicy:
    """What calls may reach.

    ``networks`` open addresses, private ones too; ``hosts`` (``api.example.cn`` or ``*.example.cn``) and
    ``any_public`` open public addresses only, so that a name server cannot open the inside. ``loopback`` is for the
    demo and tests: this machine, also by plain HTTP. ``own`` are host and port of the hub itself, never reachable.
    """

    networks: tuple[Network, ...] = ()
    hosts: frozenset[str] = frozenset()
    any_public: bool = False
    loopback: bool = False
    own: frozenset[tuple[str, int]] = frozenset()
    resolve: Resolver = field(default=system_resolver, repr=False, compare=False)

    @classmethod
    def from_rules(cls, rules: Iterable[str], *, loopback: bool = False, own: Iterable[tuple[str, int]] = ()) -> Self:
        """Read the operator's list: networks (CIDR or one address), host names, ``*.suffix``, or ``public``.

        Raises:
            ValueError: a rule is none of these; the text names it.
        """
        networks: list[Network] = []
        hosts: set[str] = set()
        any_public = False
        for rule in (rule.strip().lower() for rule in rules):
            if rule == PUBLIC_WORD:
                any_public = True
            elif "/" in rule or ":" in rule or NUMBERISH.fullmatch(rule):
                networks.append(ip_network(rule))
            elif HOST.fullmatch(rule.removeprefix("*.")):
                hosts.add(rule)
            else:
                raise ValueError(f"不是网段、主机名或 public：{rule[:80]} / no network, host name or 'public'")
        return cls(tuple(networks), frozenset(hosts), any_public, loopback, frozenset(own))

    def names(self, host: str) -> bool:
        """Whether a host name is on the list, itself or by a suffix."""
        labels = host.split(".")
        suffixes = {f"*.{'.'.join(labels[n:])}" for n in range(1, len(labels))}
        return self.any_public or host in self.hosts or not suffixes.isdisjoint(self.hosts)


def check_target(url: str | httpx2.URL, policy: EgressPolicy) -> Target:
    """Return what to dial for a URL, after resolving its host once and checking every address of the answer.

    Raises:
        EgressRefusedError: the form of the URL or one of the addresses is not allowed.
        EgressUnreachableError: the name has no address.
    """
    parsed = _parsed(url)
    host = parsed.raw_host.decode("ascii").lower()
    port = _default_port(parsed.scheme) if parsed.port is None else parsed.port
    literal = _literal(host)
    if (host, port) in policy.own:
        raise _refused("own", "这是本平台自己的地址", "this is the hub's own address")
    texts = _resolved(host, port, policy.resolve) if literal is None else (str(literal),)
    addresses = tuple(plain(ip_address(text)) for text in texts)
    for address in addresses:
        _check_address(address, host, port, policy)
    if parsed.scheme != "https" and not all(address.is_loopback for address in addresses):
        raise _refused("scheme", "只能以 https 调用", "only https may be called")
    _check_port(port, addresses)
    return Target(parsed.scheme, host, port, tuple(str(address) for address in addresses))


def check_server(host: str, port: int, policy: EgressPolicy) -> Target:
    """Return what to dial for a server that speaks no HTTP (a department's database); every address is checked.

    The operator's list decides as for URLs; ports of databases are open here, those of the hub itself never.

    Raises:
        EgressRefusedError, EgressUnreachableError: as :func:`check_target`.
    """
    name = host.lower().removesuffix(".")
    literal = _literal(name)
    if (name, port) in policy.own:
        raise _refused("own", "这是本平台自己的地址", "this is the hub's own address")
    texts = _resolved(name, port, policy.resolve) if literal is None else (str(literal),)
    addresses = tuple(plain(ip_address(text)) for text in texts)
    for address in addresses:
        _check_address(address, name, port, policy)
    if not LEAST_PORT <= port <= LARGEST_PORT:
        raise _refused("port", "该端口不是数据库的端口", "this is no port of a database")
    return Target("tcp", name, port, tuple(str(address) for address in addresses))


def _parsed(url: str | httpx2.URL) -> httpx2.URL:
    text = str(url)
    if len(text) > URL_LENGTH or UNWANTED.search(text):
        raise _refused("form", "地址含有不允许的字符或过长", "the address has characters that are not allowed")
    try:
        parsed = httpx2.URL(text)
    except (httpx2.InvalidURL, UnicodeError, ValueError):
        raise _refused("form", "这不是可以调用的地址", "this is no address that can be called") from None
    if parsed.scheme not in {"https", "http"}:
        raise _refused("scheme", "只能以 https 调用", "only https may be called")
    if parsed.userinfo or "@" in text.partition("://")[2].partition("/")[0].partition("?")[0]:
        raise _refused("userinfo", "地址中不得写用户名或口令", "an address carries no user name or password")
    return parsed


def _default_port(scheme: str) -> int:
    return HTTPS_PORT if scheme == "https" else 80


def _literal(host: str) -> Address | None:
    """Return the address where the host is one in its one canonical form; a name gives None.

    Every other number (decimal, octal, hexadecimal, fewer than four parts) is refused: parsers disagree on them.
    """
    try:
        return IPv6Address(host) if ":" in host else IPv4Address(host)
    except AddressValueError:
        pass
    if ":" in host or NUMBERISH.fullmatch(host) or not HOST.fullmatch(host):
        raise _refused("host", "主机名或 IP 地址的写法不可接受", "the host name or address is not written acceptably")
    return None


def _resolved(host: str, port: int, resolve: Resolver) -> Sequence[str]:
    try:
        found = resolve(host, port)
    except (OSError, UnicodeError):
        found = ()
    if not found:
        raise EgressUnreachableError(
            f"域名解析不到地址：{host}",
            f"the host name has no address: {host}",
            next_zh="请核对主机名，或请运维检查域名解析",
            next_en="check the host name, or ask the operator to look at name resolution",
        )
    return found


def _check_address(address: Address, host: str, port: int, policy: EgressPolicy) -> None:
    """Refuse an address that is never reachable, or that no rule of the operator opens."""
    kind = reach(address)
    if kind is Reach.LOOPBACK:
        if not policy.loopback:
            raise _address_refused()
        if port in {own_port for _, own_port in policy.own}:
            raise _refused("own", "这是本平台自己的地址", "this is the hub's own address")
        return
    if kind is Reach.NEVER or is_this_machine(address):
        raise _address_refused()
    is_named = any(address in network for network in policy.networks)
    if not is_named and not (kind is Reach.PUBLIC and policy.names(host)):
        raise EgressRefusedError(
            "该地址不在运维允许访问的范围内",
            "this address is not on the operator's list of what may be called",
            next_zh="请运维在 HUB_EGRESS_ALLOW 中加入该主机，内网地址须加入其网段",
            next_en="ask the operator to add the host to HUB_EGRESS_ALLOW; for a private address, its network",
            facts={"reason": "not_named"},
        )


def _check_port(port: int, addresses: tuple[Address, ...]) -> None:
    is_plain_demo = all(address.is_loopback for address in addresses)
    is_low = port < LEAST_PORT and port != HTTPS_PORT and not is_plain_demo
    if is_low or not 0 < port <= LARGEST_PORT or port in SERVICE_PORTS:
        raise _refused("port", "该端口不用于数据接口", "this port is not one data APIs are served on")


def _address_refused() -> EgressRefusedError:
    return _refused("address", "该地址不允许访问", "this address may not be called")


def _refused(reason: str, zh: str, en: str) -> EgressRefusedError:
    return EgressRefusedError(
        zh,
        en,
        next_zh="请登记提供方网关的 https 地址，不含用户名、片段和特殊写法的 IP",
        next_en="register the https address of the provider's gateway, without user, fragment or unusual numbers",
        facts={"reason": reason},
    )
