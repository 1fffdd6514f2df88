"""`drover-shim`: reads the options, listens, and serves until a signal ends it."""

import ipaddress
import os
import signal
import socket
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import click

from drover import logs
from drover.allocation import give_back_large_blocks
from drover.client import RuntimeDirError, socket_path
from drover.token_file import TokenFileError, WatchedToken
from drover.token_file import read as read_token
from drover.unix_socket import Listener, SocketPathError
from drover.wire.control import AnnounceApi
from drover_shim import tcp_sockets
from drover_shim.announce import Announcer
from drover_shim.app import Application
from drover_shim.pool import ClientPool
from drover_shim.route import API_PREFIX
from drover_shim.server import HttpServer
from drover_shim.settings import Settings
from drover_shim.tcp_sockets import BACKLOG, PortTakenError

PARENT_POLL_S = 0.5

log = logs.get_logger("drover.shim")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--socket",
    "socket_file",
    type=click.Path(path_type=Path),
    help="The daemon's control socket (default: as droverd).",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Loopback address to listen on.")
@click.option("--port", default=50809, show_default=True, type=click.IntRange(0, 65535), help="0 takes any free port.")
@click.option(
    "--unix-socket",
    "unix_path",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Serve on this Unix socket too; only its owner and root may use it.",
)
@click.option("--no-tcp", is_flag=True, help="Serve on the Unix socket only.")
@click.option(
    "--allowed-host", "allowed_hosts", multiple=True, metavar="NAME", help="Another name that Host may carry."
)
@click.option(
    "--token-file", type=click.Path(path_type=Path), help="Ask every request for the token in this file (mode 0600)."
)
@click.option("--free-port-if-taken", is_flag=True, help="Take any free port if this one is taken.")
@click.option("--max-upload-mb", default=4000, type=click.IntRange(1), show_default=True, help="The largest upload.")
@click.option("--parent", type=int, metavar="PID", help="End when this process, which started this one, has ended.")
@click.option(
    "--log-level", default="info", type=click.Choice(["debug", "info", "warning", "error"]), show_default=True
)
@click.option("--log-format", default="auto", type=click.Choice(["auto", "text", "json"]), show_default=True)
def main(
    socket_file: Path | None,
    host: str,
    port: int,
    unix_path: Path | None,
    no_tcp: bool,
    allowed_hosts: tuple[str, ...],
    token_file: Path | None,
    free_port_if_taken: bool,
    max_upload_mb: int,
    parent: int | None,
    log_level: str,
    log_format: Literal["auto", "text", "json"],
) -> None:
    """Serve Drover's REST API over the daemon's control socket.

    \b
    Example: drover-shim --port 0
    """
    give_back_large_blocks()
    logs.configure(log_level, log_format)
    if no_tcp and unix_path is None:
        raise click.UsageError("--no-tcp leaves nothing to listen on: name a --unix-socket")
    if token_file is None and not no_tcp:
        _refuse_open_address(host)
    try:
        settings = _settings(host, allowed_hosts, token_file, max_upload_mb)
        pool = ClientPool(socket_file or socket_path())
        tcp = [] if no_tcp else _tcp(host, port, free_port_if_taken)
        listener = None if unix_path is None else Listener.open(unix_path, backlog=BACKLOG)
        sockets = [*tcp, *([listener.socket] if listener else [])]
        server = HttpServer(Application(pool, settings), sockets=sockets, loop_client=pool.on_loop)
    except (PortTakenError, RuntimeDirError, SocketPathError, TokenFileError, OSError) as error:
        raise click.ClickException(str(error)) from None
    _stop_on_signal(server, parent)
    _serve(server, Announcer(pool.path, _addresses(host, tcp, unix_path)))
    if listener is not None:
        listener.close()
    pool.close()


def _addresses(host: str, tcp: Sequence[socket.socket], unix_path: Path | None) -> AnnounceApi:
    return AnnounceApi(
        url=f"http://{f'[{host}]' if ':' in host else host}:{tcp[0].getsockname()[1]}{API_PREFIX}/" if tcp else "",
        socket=str(unix_path.absolute()) if unix_path else "",
    )


def _stop_on_signal(server: HttpServer, parent: int | None) -> None:
    """Stop the server by SIGTERM and SIGINT, and when the parent process ends."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: server.stop())
    if parent is not None:
        threading.Thread(target=_watch_parent, args=(parent, server), name="parent", daemon=True).start()


def _serve(server: HttpServer, announcer: Announcer) -> None:
    """Serve until stopped; print the addresses, and announce them to the daemon."""
    announcer.start()
    addresses = announcer.addresses
    for address in filter(None, (addresses.url, addresses.socket and f"unix:{addresses.socket}")):
        print(f"API {address}", flush=True)
    server.serve()
    announcer.stop()


def _tcp(host: str, port: int, free_port_if_taken: bool) -> list[socket.socket]:
    try:
        return tcp_sockets.tcp(host, port)
    except PortTakenError:
        if not free_port_if_taken:
            raise PortTakenError(
                f"port {port} on {host} is taken by another process: choose one with --port "
                "(port in [api]), or allow any with --free-port-if-taken (free_port_if_taken)"
            ) from None
        return tcp_sockets.tcp(host, 0)


def _settings(host: str, allowed_hosts: tuple[str, ...], token_file: Path | None, max_upload_mb: int) -> Settings:
    """Raises TokenFileError for a token that cannot be used."""
    if token_file is not None:
        read_token(token_file)
    token = WatchedToken(token_file) if token_file is not None else None
    names = (*allowed_hosts, *_own_name(host))
    return Settings(allowed_hosts=names, token=token, max_upload_bytes=max_upload_mb * 1_000_000)


def _own_name(host: str) -> tuple[str, ...]:
    """The one address that is listened on, as Host names it; none where that is every address."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return (host,)
    return () if address.is_unspecified else (f"[{address}]" if address.version == 6 else str(address),)


def _refuse_open_address(host: str) -> None:
    """Without a token, whoever reaches the port drives the phones, so nothing but loopback is listened on."""
    addresses: set[str] = set()
    try:
        addresses = {str(info[4][0]) for info in socket.getaddrinfo(host, None)}
    except OSError as error:
        raise click.ClickException(f"--host {host} ([api] host) cannot be resolved: {error.strerror}") from None
    if not all(ipaddress.ip_address(address).is_loopback for address in addresses):
        raise click.ClickException(
            f"--host {host} ([api] host) is not a loopback address: refused, because without a token "
            "anyone in the network could drive the phones. Give a --token-file (require_token = true in [api]), "
            "or use 127.0.0.1, and a tunnel or a proxy with a login"
        )


def _watch_parent(parent: int, server: HttpServer) -> None:
    """A shim whose daemon was killed must not keep the port from the next daemon's shim."""
    gone = threading.Event()
    while os.getppid() == parent:
        gone.wait(PARENT_POLL_S)
    log.warning("parent_gone", pid=parent)
    server.stop()


if __name__ == "__main__":
    main()
