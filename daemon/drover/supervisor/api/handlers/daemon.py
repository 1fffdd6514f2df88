"""Requests about the daemon itself: its plan, its state, its events."""

from collections.abc import AsyncIterator

from drover.supervisor.api.handlers.table import Table
from drover.supervisor.api.server import Answer
from drover.supervisor.api.state import DaemonState
from drover.wire import control
from drover.wire.faults import Code, Failure


class DaemonHandlers:
    """What clients ask of the daemon."""

    def __init__(self, state: DaemonState) -> None:
        self._state = state

    def table(self) -> Table:
        return {
            control.CheckLicense: self._license,
            control.GetStatus: self._status,
            control.Subscribe: self._subscribe,
        }

    async def _license(self, _body: control.CheckLicense) -> control.License:
        return self._state.core.settings.license

    async def _status(self, _body: control.GetStatus) -> control.DaemonStatus:
        return await self._state.status()

    async def _subscribe(self, body: control.Subscribe) -> Answer:
        return self._events(body.after)

    async def _events(self, after: int | None) -> AsyncIterator[control.ResponseBody]:
        """Subscribed, then events. The stream of a subscriber that lags too far ends."""
        event_feed = self._state.core.event_feed
        subscription = await event_feed.subscribe(after)
        try:
            yield control.Subscribed(last_event_id=event_feed.last_id)
            async for event in subscription.events():
                yield event
            yield Failure(
                code=Code.TOO_MANY, message="events were not read fast enough; subscribe again with the last id"
            )
        finally:
            event_feed.unsubscribe(subscription)
