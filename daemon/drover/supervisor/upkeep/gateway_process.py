"""Keeps the gateway running as a child process. It speaks to us by the control socket, as any client does."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import structlog

from drover.config import Config
from drover.wire.control import AnnounceApi

log = structlog.get_logger("drover.shim")

RESTART_MAX_S: Final = 30.0
STABLE_S: Final = 30.0
STOP_TIMEOUT_S: Final = 3.0
HURRY_TIMEOUT_S: Final = 0.5
PROBE_EVERY_S: Final = 5.0
PROBE_TIMEOUT_S: Final = 3.0
SILENT_PROBES: Final = 3

Connecting = Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]


class GatewayProcess:
    """Starts the shim and starts it again whenever it ends, with growing pauses.

    `unix_socket` is where it serves HTTP besides TCP, or instead of it; `spool` is the folder for bodies on their way
    in: uploads are larger than /tmp, which may be memory.
    """

    def __init__(self, config: Config, *, control_socket: Path, unix_socket: Path | None, spool: Path) -> None:
        self._config = config
        self._unix_socket = unix_socket
        self._spool = spool
        self._socket = control_socket
        self._process: asyncio.subprocess.Process | None = None

    async def run(self) -> None:
        """Keep it running until cancelled."""
        pause_s = 0.5
        loop = asyncio.get_running_loop()
        while True:
            started = loop.time()
            self._process = await asyncio.create_subprocess_exec(
                *self._command(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                env={**os.environ, "TMPDIR": str(self._spool)},
            )
            status = await self._process.wait()
            pause_s = 0.5 if loop.time() - started > STABLE_S else min(pause_s * 2, RESTART_MAX_S)
            log.error("shim_ended", status=status, restart_in_s=pause_s)
            await asyncio.sleep(pause_s)

    async def watch(self, announced: Callable[[], AnnounceApi | None]) -> None:
        """Kill a gateway that announced itself and answers no more; `run` starts the next. Until cancelled."""
        silent = 0
        while True:
            await asyncio.sleep(PROBE_EVERY_S)
            process, addresses = self._process, announced()
            silent = 0 if addresses is None or await _answers(addresses) else silent + 1
            if silent >= SILENT_PROBES and process is not None and process.returncode is None:
                log.error("shim_stuck", pid=process.pid, probes=silent)
                process.kill()
                silent = 0

    def _command(self) -> list[str]:
        config, api = self._config, self._config.api
        options = ["--socket", str(self._socket), "--host", api.host, "--port", str(api.port)]
        options += [] if api.tcp else ["--no-tcp"]
        options += [] if self._unix_socket is None else ["--unix-socket", str(self._unix_socket)]
        options += [part for name in api.allowed_hosts for part in ("--allowed-host", name)]
        # A daemon that was killed must not leave a gateway behind that keeps the port from the next one's.
        options += ["--parent", str(os.getpid())]
        options += ["--log-level", config.daemon.log_level, "--log-format", config.daemon.log_format]
        options += ["--max-upload-mb", str(config.media.max_upload_mb)]
        if api.require_token:
            options += ["--token-file", str(config.token_path)]  # the path: the token itself would show in ps
        if api.free_port_if_taken:
            options.append("--free-port-if-taken")
        return [sys.executable, "-m", "drover_shim.main", *options]

    async def stop(self, hurry: asyncio.Event) -> None:
        """End it, by force if it does not listen; with `hurry` it gets less time."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        begun = asyncio.get_running_loop().time()
        while process.returncode is None:
            limit_s = HURRY_TIMEOUT_S if hurry.is_set() else STOP_TIMEOUT_S
            if asyncio.get_running_loop().time() - begun > limit_s:
                process.kill()
            await asyncio.sleep(0.02)


async def _answers(addresses: AnnounceApi) -> bool:
    """Whether anything that speaks HTTP answers at each: also a refusal shows that it lives."""
    url, path = urlsplit(addresses.url), addresses.socket
    probes = [_probe(url.netloc, lambda: asyncio.open_connection(url.hostname, url.port))] if addresses.url else []
    probes += [_probe("localhost", lambda: asyncio.open_unix_connection(path))] if path else []
    return all(await asyncio.gather(*probes))


async def _probe(host: str, connect: Callable[[], Connecting]) -> bool:
    request = f"GET /healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    try:
        async with asyncio.timeout(PROBE_TIMEOUT_S):
            reader, writer = await connect()
            try:
                writer.write(request.encode())
                return (await reader.read(5)) == b"HTTP/"
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False
