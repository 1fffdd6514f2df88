"""A proxy before a real adb server that lists its phones otherwise: names, cables, states, two rows for one phone.

The real server here knows phones of the network only. Everything but the listing and the choice of a transport goes
through to it; a row that is taken away or changed loses its streams, as a transport does.
"""

import asyncio
import itertools
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from typing import Any, Final

from phonesim.adb_server import AdbServer, AdbServerError, read_block

RETRY_S: Final = 0.2
_LISTINGS: Final = ("host:track-devices", "host:track-devices-l", "host:devices", "host:devices-l")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the listing. `target` is the phone's name at the real server; `state` "" is the real one."""

    id: int
    name: str
    target: str
    usb: str = ""
    state: str = ""


@dataclass(eq=False)
class _Connection:
    job: asyncio.Task[Any] | None
    row: int | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)


class AdbProxy:
    """Listens on 127.0.0.1. Without rows it lists nothing; `asked` are the services that change connections."""

    def __init__(self, host: str, port: int, *, long_listing: bool = True) -> None:
        self.port = 0
        self.asked: list[str] = []
        self._server = AdbServer(host, port)
        self._long = long_listing
        self._rows: dict[int, Row] = {}
        self._ids = itertools.count(1)
        self._states: dict[str, str] = {}
        self._connections: set[_Connection] = set()
        self._listener: asyncio.Server | None = None
        self._following: asyncio.Task[None] | None = None

    # --- life

    async def start(self) -> None:
        """Listen, on the port of before if there was one."""
        self._following = asyncio.create_task(self._follow())
        self._listener = await asyncio.start_server(self._accepted, "127.0.0.1", self.port)
        self.port = self._listener.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """End every connection."""
        if self._listener is not None:
            self._listener.close()
        tasks = [self._following, *(connection.job for connection in self._connections)]
        jobs = [job for job in tasks if job is not None]
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)

    # --- what is listed

    def show(self, target: str, name: str, *, usb: str = "", state: str = "") -> int:
        """A new transport; its id."""
        row = Row(id=next(self._ids), name=name, target=target, usb=usb, state=state)
        self._rows[row.id] = row
        self._changed()
        return row.id

    def hide(self, row_id: int) -> None:
        """The transport is gone."""
        del self._rows[row_id]
        self._cut(row_id)
        self._changed()

    def set_state(self, row_id: int, state: str) -> None:
        """Another state, in adb's words; "" is the real one."""
        self._rows[row_id] = replace(self._rows[row_id], state=state)
        if state:
            self._cut(row_id)
        self._changed()

    def swap(self, one: int, other: int, *, same_ids: bool = False) -> None:
        """Two phones exchange their addresses: each name leads to the other phone, on a new transport.

        With `same_ids` the transports keep their ids, as adb keeps them when it connects to an address again.
        """
        rows = [self._rows.pop(one), self._rows.pop(other)]
        self._cut(one)
        self._cut(other)
        self._changed()
        for row, target in zip(rows, (rows[1].target, rows[0].target), strict=True):
            number = row.id if same_ids else next(self._ids)
            self._rows[number] = replace(row, id=number, target=target)
        self._changed()

    def id_of(self, name: str) -> int:
        """The id of the only row of this name."""
        (found,) = [row.id for row in self._rows.values() if row.name == name]
        return found

    def _state(self, row: Row) -> str:
        return row.state or self._states.get(row.target, "")

    def _listing(self, *, long: bool) -> bytes:
        lines: list[str] = []
        for row in self._rows.values():
            if state := self._state(row):
                usb = f" {row.usb}" if row.usb else ""
                lines.append(
                    f"{row.name:<22} {state}{usb} transport_id:{row.id}\n" if long else f"{row.name}\t{state}\n"
                )
        text = "".join(lines).encode()
        return b"%04x%s" % (len(text), text)

    def _changed(self) -> None:
        for connection in self._connections:
            connection.changed.set()

    def _cut(self, row_id: int) -> None:
        for connection in self._connections:
            if connection.row == row_id and connection.job is not None:
                connection.job.cancel()

    async def _follow(self) -> None:
        """The states at the real server, for ever."""
        while True:
            try:
                async for states in self._server.track():
                    self._states = states
                    self._changed()
            except AdbServerError:
                pass
            self._states = {}
            self._changed()
            await asyncio.sleep(RETRY_S)

    # --- one connection

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = _Connection(job=asyncio.current_task())
        self._connections.add(connection)
        upstream: asyncio.StreamWriter | None = None
        try:
            request = await read_block(reader)
            if request in _LISTINGS:
                await self._list(connection, request, writer)
                return
            server, upstream = await asyncio.open_connection(self._server.host, self._server.port)
            passed = self._translated(connection, request)
            if isinstance(passed, _Refusal):
                writer.write(passed.data)
                await writer.drain()
                return
            upstream.write(b"%04x%s" % (len(passed.encode()), passed.encode()))
            await _join((_pump(reader, upstream), _pump(server, writer)))
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError, ValueError):
            return  # either side went away, or the transport did
        finally:
            self._connections.discard(connection)
            writer.transport.abort()
            if upstream is not None:
                upstream.transport.abort()

    async def _list(self, connection: _Connection, request: str, writer: asyncio.StreamWriter) -> None:
        long = request.endswith("-l")
        if long and not self._long:
            writer.write(_Refusal("unknown host service").data)
            await writer.drain()
            return
        writer.write(b"OKAY")
        while True:
            connection.changed.clear()
            writer.write(self._listing(long=long))
            await writer.drain()
            if "track" not in request:
                return
            await connection.changed.wait()

    def _translated(self, connection: _Connection, request: str) -> "str | _Refusal":
        """What the real server is asked in place of this; a refusal where the row cannot be used."""
        if request.startswith(("host:connect:", "host:disconnect:", "host:reconnect-offline")):
            self.asked.append(request)
        for prefix, find in (
            ("host:transport-id:", self._by_id),
            ("host:transport:", self._by_name),
            ("host-transport-id:", self._by_id),
            ("host-serial:", self._by_name),
        ):
            if not request.startswith(prefix):
                continue
            rest = request.removeprefix(prefix)
            selector, service = (rest, "") if prefix.startswith("host:") else tuple(rest.rsplit(":", 1))
            row = find(selector)
            if isinstance(row, _Refusal):
                return row
            return self._for_row(connection, row, service)
        return request

    def _for_row(self, connection: _Connection, row: Row, service: str) -> "str | _Refusal":
        if service == "reconnect":
            self.asked.append(f"reconnect {row.name}")
        if service == "get-devpath":
            return _Refusal(row.usb or "unknown", okay=True)
        if self._state(row) != "device":
            return _Refusal(f"device {self._state(row) or 'not found'}")
        connection.row = row.id
        return f"host-serial:{row.target}:{service}" if service else f"host:transport:{row.target}"

    def _by_id(self, number: str) -> "Row | _Refusal":
        return self._rows.get(int(number)) or _Refusal(f"no device with transport id '{number}'")

    def _by_name(self, name: str) -> "Row | _Refusal":
        found = [row for row in self._rows.values() if name in (row.name, row.usb)]
        if len(found) > 1:
            return _Refusal("more than one device")
        return found[0] if found else _Refusal(f"device '{name}' not found")


class _Refusal:
    """An answer that the real server is not asked for."""

    def __init__(self, words: str, *, okay: bool = False) -> None:
        self.data = b"%s%04x%s" % (b"OKAY" if okay else b"FAIL", len(words.encode()), words.encode())


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while data := await source.read(65536):
        sink.write(data)
        await sink.drain()


async def _join(pumps: tuple[Coroutine[Any, Any, None], ...]) -> None:
    jobs = {asyncio.create_task(pump) for pump in pumps}
    try:
        await asyncio.wait(jobs, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)
