"""``hub serve``: run the entry points on their ports until told to stop, then stop in order."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
from typing import TYPE_CHECKING, Any

import uvicorn
from typing_extensions import override

from hub.app import build_services, create_app, create_metrics_app, start_services, stop_services, with_limits
from hub.memory import share_one_heap
from hub.protocol import BoundedProtocol

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Coroutine, Iterator

    from hub.app import EntryPoint
    from hub.database import Database
    from hub.services import Services
    from hub.settings import Settings

SHUTDOWN_SECONDS = 10
KEEP_ALIVE_SECONDS = 30
BACKLOG = 2048
GARBAGE_OBJECTS = 10_000


class _Server(uvicorn.Server):
    """A server that leaves signals to the program, because several run side by side."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = asyncio.Event()

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_up.set()

    @override
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def server_options(settings: Settings) -> dict[str, Any]:
    """Return how every server of ours runs, whatever its application and port."""
    return {
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "date_header": True,
        "lifespan": "on",
        "backlog": BACKLOG,
        "timeout_keep_alive": KEEP_ALIVE_SECONDS,
        "timeout_graceful_shutdown": SHUTDOWN_SECONDS,
        "proxy_headers": bool(settings.trusted_proxies),
        "forwarded_allow_ips": [str(network) for network in settings.trusted_proxies] or None,
        "http": BoundedProtocol,
        "h11_max_incomplete_event_size": settings.header_limit_bytes,
    }


def _new_loop() -> asyncio.AbstractEventLoop:
    try:
        from uvloop import new_event_loop
    except ImportError:  # there is none for Windows
        return asyncio.new_event_loop()
    return new_event_loop()


def run_in_loop(running: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine to its end on the fastest event loop there is."""
    with asyncio.Runner(loop_factory=_new_loop) as runner:
        runner.run(running)


def _server(services: Services, entry_point: EntryPoint, host: str, port: int) -> _Server:
    app = with_limits(create_app(services, entry_point), services, entry_point)
    return _Server(uvicorn.Config(app, host=host, port=port, **server_options(services.settings)))


def servers_of(services: Services) -> list[_Server]:
    """Return one server for each port the settings ask for."""
    settings = services.settings
    if settings.has_separate_exchange and settings.exchange_port is not None:
        servers = [
            _server(services, "public", settings.host, settings.port),
            _server(services, "exchange", settings.exchange_host, settings.exchange_port),
        ]
    else:
        servers = [_server(services, settings.entry_points, settings.host, settings.port)]
    if settings.metrics_port is not None:
        figures = create_metrics_app(services)
        options = {**server_options(settings), "host": settings.metrics_host, "port": settings.metrics_port}
        servers.append(_Server(uvicorn.Config(figures, **options)))
    return servers


def serve(settings: Settings, database: Database, on_ready: Callable[[Services], None] | None = None) -> None:
    """Serve until SIGTERM or SIGINT; ``on_ready`` is called in a thread once every port answers."""
    share_one_heap()
    services = build_services(settings, database)
    start_services(services)
    try:
        run_in_loop(_run(services, on_ready))
    finally:
        stop_services(services)


def _settle_memory() -> None:
    """Look for garbage less often, and never among what stays until the end: it cost a tenth of every answer."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_OBJECTS)


async def _run(services: Services, on_ready: Callable[[Services], None] | None) -> None:
    servers = servers_of(services)
    _settle_memory()
    loop = asyncio.get_running_loop()

    def stop() -> None:
        for server in servers:
            server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    running = [asyncio.create_task(server.serve()) for server in servers]
    if on_ready is not None:
        up = asyncio.create_task(_all_up(servers))
        await asyncio.wait([up, *running], return_when=asyncio.FIRST_COMPLETED)
        if up.done():
            await asyncio.to_thread(on_ready, services)
        up.cancel()
    await asyncio.gather(*running)


async def _all_up(servers: list[_Server]) -> None:
    """Wait until every server answers."""
    for server in servers:
        await server.is_up.wait()
