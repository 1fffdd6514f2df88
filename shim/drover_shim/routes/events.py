"""What happens, as server-sent events: stored ones with their id, so that `Last-Event-ID` goes on where one stopped."""

from collections.abc import Iterator
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from drover.client import ControlError, EventStream
from drover.wire.events import DeviceChanged, Event, StreamReset, TaskChanged, TaskDeleted, TaskProgressed
from drover.wire.faults import Code, RequestError
from drover.wire.pauses import Paused, Resumed
from drover_shim.answers import DEVICE, PAUSE, TASK
from drover_shim.envelope import Stream
from drover_shim.route import Call, Param, Route
from drover_shim.streams import Slot
from drover_shim.view import View, local

POLL_S: Final = 0.5
"""How soon a stream notices that its client has gone, that its token is dead or that the server ends."""

RECONNECT_MS: Final = 2000
_MAX_ID: Final = 2**53
_EventId = Annotated[int, Meta(ge=0, le=_MAX_ID)]


def events(call: Call) -> Stream:
    """Server-sent events: `task_changed`, `task_deleted`, `task_progressed`, `device_changed`, `paused`,
    `resumed`, `reset`.

    `reset` says that events after the id asked for are missing (a backup was restored, the id was never given, or its
    followers were dropped): read what you follow again. Stored events carry an id; `Last-Event-ID` (or
    `last_event_id`) sends first what came after it. Steps of a running task are not stored. A comment comes when
    nothing happens. At most 32 streams are served; more are answered 503.
    """
    after = _after(call)
    slot = call.streams.take()
    try:
        return Stream(pieces=_Pieces(call, call.pool.subscribe(after), slot, call.zone))
    except BaseException:
        slot.close()
        raise


class _Pieces(Iterator[bytes]):
    """The stream's bytes, made as events come; ends with its client, its token, the server, or the daemon."""

    def __init__(self, call: Call, stream: EventStream, slot: Slot, zone: ZoneInfo) -> None:
        self._call = call
        self._stream = stream
        self._slot = slot
        self._zone = zone
        self._begun = False

    def __next__(self) -> bytes:
        if not self._begun:
            self._begun = True
            # Something at once, so that a client sees its stream open.
            return f"retry: {RECONNECT_MS}\n\n: open\n\n".encode()
        quiet_s = 0.0
        while self._call.still_wanted() and not self._call.streams.stopping:
            try:
                event = self._stream.next_event(timeout_s=POLL_S)
            except ControlError:
                break  # the client comes again with its last id, when the daemon is back
            if event is not None:
                return rendered(event, self._zone)
            quiet_s += POLL_S
            if quiet_s >= self._call.heartbeat_s:
                return b": quiet\n\n"
        self.close()
        raise StopIteration

    def close(self) -> None:
        self._stream.close()
        self._slot.close()


def rendered(event: Event, zone: ZoneInfo) -> bytes:
    """One event as text; JSON holds no line break, so `data` is one line."""
    body = event.body
    data = msgspec.json.encode({"at": local(event.at, zone), **_VIEWS[type(body)].of(body, zone)}).decode()
    head = f"id: {event.id}\n" if event.id else ""
    return f"{head}event: {body.__struct_config__.tag}\ndata: {data}\n\n".encode()


_PAUSED: Final = "pause.subject pause.platform pause.username pause.serial pause"
_VIEWS: Final[dict[type, View[Any]]] = {
    TaskChanged: View("TaskChanged", TaskChanged, "", "task", task=TASK),
    TaskDeleted: View("TaskDeleted", TaskDeleted, "", "task_id"),
    TaskProgressed: View("TaskProgressed", TaskProgressed, "", "task_id serial attempt phase step progress"),
    DeviceChanged: View("DeviceChanged", DeviceChanged, "", "device", device=DEVICE),
    Paused: View("Paused", Paused, "", _PAUSED, pause=PAUSE),
    Resumed: View("Resumed", Resumed, "", _PAUSED, pause=PAUSE),
    StreamReset: View("StreamReset", StreamReset, "", "why"),
}
"""How each event is shown."""


def _after(call: Call) -> int | None:
    text = call.header("Last-Event-ID") or call.query.get("last_event_id") or ""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 18 and int(text) <= _MAX_ID):
        raise RequestError(Code.INVALID, f"Last-Event-ID: expected the id of an event, got {text[:60]!r}")
    return int(text)


ROUTES: Final = (
    Route(
        method="GET",
        path="/events",
        handler=events,
        answers="text/event-stream",
        threaded=True,
        query=(
            Param("last_event_id", _EventId, "as the header Last-Event-ID, for clients that cannot send one"),
            Param("Last-Event-ID", _EventId, place="header"),
        ),
    ),
)
