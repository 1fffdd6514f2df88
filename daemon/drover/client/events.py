"""The stream of events on its own connection. Decodes and counts; interprets nothing."""

from collections.abc import Iterator
from types import TracebackType

from drover.client.errors import DaemonUnreachableError
from drover.client.transport import FrameLostError, Transport
from drover.wire.codec import MalformedMessageError
from drover.wire.control import RESPONSES
from drover.wire.events import Event, StreamReset
from drover.wire.faults import Failure


class EventStream(Iterator[Event]):
    """Events as they happen. Iteration ends with DaemonUnreachableError; subscribe again after `last_event_id`."""

    def __init__(self, transport: Transport, *, request_id: int, last_event_id: int) -> None:
        self._transport = transport
        self._request_id = request_id
        self.last_event_id = last_event_id
        """Newest durable event seen: at first the one asked for, or the newest stored when the subscription began."""

    def __iter__(self) -> "EventStream":
        return self

    def __next__(self) -> Event:
        while True:
            event = self.next_event(timeout_s=None)
            if event is not None:
                return event

    def next_event(self, *, timeout_s: float | None) -> Event | None:
        """The next event, or None when none came in time; raises DaemonUnreachableError when the stream broke."""
        if not self._transport.readable(timeout_s=timeout_s):
            return None
        try:
            # Bytes have come, so the rest of the frame is on its way.
            response = RESPONSES.decode(self._transport.receive(timeout_s=10.0))
        except (FrameLostError, MalformedMessageError, OSError) as error:
            self.close()
            raise DaemonUnreachableError(f"the stream of events broke: {error}") from None
        if isinstance(response.body, Failure):
            self.close()
            raise DaemonUnreachableError(f"the daemon ended the stream of events: {response.body.message}")
        if response.id != self._request_id or not isinstance(response.body, Event):
            return None
        reset = isinstance(response.body.body, StreamReset)  # its id may lie below the one that was asked for
        self.last_event_id = response.body.id if reset else max(self.last_event_id, response.body.id)
        return response.body

    def close(self) -> None:
        self._transport.close()

    def __enter__(self) -> "EventStream":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
