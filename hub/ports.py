"""Ports a hub is to listen on: tried before anything starts that would have to be stopped again.

Light, so that a program says at once that a port is taken, before it reads the rest of the hub.
"""

from __future__ import annotations

import errno
import socket
from typing import TYPE_CHECKING

from policies.errors import DomainError

if TYPE_CHECKING:
    from hub.settings import Settings

HOST = "127.0.0.1"
"""Where a demo is served: on this machine alone."""


class PortBusyError(DomainError):
    """A port the hub is to listen on is taken, or may not be used."""


def require_ports(settings: Settings) -> None:
    """Check that every port of the settings is free.

    Raises:
        PortBusyError: one is not; the message names it, its setting, and what to do.
    """
    wanted = [("HUB_PORT", settings.host, settings.port)]
    if settings.has_separate_exchange and settings.exchange_port is not None:
        wanted.append(("HUB_EXCHANGE_PORT", settings.exchange_host, settings.exchange_port))
    if settings.metrics_port is not None:
        wanted.append(("HUB_METRICS_PORT", settings.metrics_host, settings.metrics_port))
    for name, host, port in wanted:
        _require_port(name, host, port)


def _require_port(name: str, host: str, port: int) -> None:
    """Try to listen on one port, as the server will."""
    try:
        family, kind, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except OSError as error:
        is_taken = error.errno == errno.EADDRINUSE
        raise PortBusyError(
            f"不能在 {host}:{port} 监听（{name}）：{'端口已被别的程序占用' if is_taken else error.strerror}",
            f"cannot listen on {host}:{port} ({name}): {'the port is taken' if is_taken else error.strerror}",
            next_zh=f"停止占用它的程序（ss -ltnp 可看是哪一个），或改 {name} 后再启动",
            next_en=f"stop the program that has it (ss -ltnp shows which), or change {name} and start again",
        ) from error


def free_port(port: int) -> int:
    """Return ``port`` when nobody listens there on this machine, or a free one for 0.

    Raises:
        PortBusyError: somebody does, or it may not be used.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            raise PortBusyError(
                f"端口 {port} {'已被别的程序占用' if taken else '不能使用'}",
                f"port {port} is {'taken by another program' if taken else 'not to be used'}",
                next_zh="请换一个端口（hub demo --port 8001），或由系统选择（hub demo --port 0）",
                next_en="choose another (hub demo --port 8001), or let the system choose (hub demo --port 0)",
            ) from error
        return int(probe.getsockname()[1])
