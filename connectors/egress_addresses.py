"""Which addresses a call out of the hub may never reach, and which only where the operator names their network.

Never: loopback (but for a demo that says so), link-local with the metadata services of clouds, multicast,
unspecified, reserved, tunnels that hide an IPv4 address, and the machine itself. Private addresses (RFC 1918,
RFC 6598, RFC 4193) are how a city's extranet is built, so a named network opens them. Pure but for
:func:`is_this_machine`, which asks the routing table and sends nothing.
"""

from __future__ import annotations

import socket
from contextlib import closing
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

METADATA: Final = frozenset(
    ip_address(text)
    for text in (
        "169.254.169.254",  # the common one, link-local
        "100.100.100.200",  # Alibaba Cloud
        "169.254.0.23",  # Tencent Cloud
        "168.63.129.16",  # Azure: a public address that answers inside only
        "192.0.0.192",  # Oracle Cloud
        "fd00:ec2::254",  # AWS
        "fd20:ce::254",  # Google Cloud
    )
)
"""Where clouds hand out the credentials of a machine; a named network never opens these."""

TUNNELS: Final[tuple[Network, ...]] = tuple(
    ip_network(text)
    for text in (
        "64:ff9b::/96",  # RFC 6052, NAT64
        "64:ff9b:1::/48",  # RFC 8215, local NAT64
        "2001::/32",  # RFC 4380, Teredo
        "2002::/16",  # RFC 3056, 6to4
        "::/96",  # RFC 4291 2.5.5.1, IPv4-compatible
        "fec0::/10",  # RFC 3879, site-local
    )
)
"""IPv6 forms that lead to an IPv4 address written inside them, or nowhere."""


class Reach(StrEnum):
    """What kind of place an address is."""

    PUBLIC = "public"
    PRIVATE = "private"
    LOOPBACK = "loopback"
    NEVER = "never"


def plain(address: Address) -> Address:
    """Return the IPv4 address an IPv4-mapped IPv6 address stands for (RFC 4291 2.5.5.2), else the address."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return address if mapped is None else mapped


def reach(address: Address) -> Reach:
    """Return what kind of place an address is; :func:`plain` forms only."""
    if address.is_loopback:
        return Reach.LOOPBACK
    is_odd = address.is_link_local or address.is_multicast or address.is_unspecified or address.is_reserved
    if is_odd or address in METADATA or any(address in network for network in TUNNELS):
        return Reach.NEVER
    if isinstance(address, IPv4Address) and (address in IPv4Network("0.0.0.0/8") or int(address) == 2**32 - 1):
        return Reach.NEVER
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        return Reach.NEVER
    return Reach.PUBLIC if address.is_global else Reach.PRIVATE


def is_this_machine(address: Address) -> bool:
    """Whether an address is one of this machine's: then the kernel would send from it to itself.

    A datagram socket is connected, which chooses the source address; nothing is sent.
    """
    family = socket.AF_INET if isinstance(address, IPv4Address) else socket.AF_INET6
    try:
        with closing(socket.socket(family, socket.SOCK_DGRAM)) as probe:
            probe.connect((str(address), 9))
            return ip_address(probe.getsockname()[0]) == address
    except OSError:  # no route: it is nobody's here
        return False
