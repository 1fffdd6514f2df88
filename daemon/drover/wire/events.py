"""What the daemon tells its subscribers, as it happens."""

from datetime import datetime

import msgspec

from drover.wire.devices import Device
from drover.wire.pauses import Paused, Resumed
from drover.wire.tasks import Phase, Task


class TaskChanged(msgspec.Struct, frozen=True, kw_only=True, tag="task_changed"):
    """A task was created or changed its status; durable."""

    task: Task


class TaskDeleted(msgspec.Struct, frozen=True, kw_only=True, tag="task_deleted"):
    """A task was deleted; durable."""

    task_id: int


class TaskProgressed(msgspec.Struct, frozen=True, kw_only=True, tag="task_progressed"):
    """A running task took a step; not stored, so a late subscriber does not see it again."""

    task_id: int
    serial: str
    attempt: int
    phase: Phase
    step: str
    progress: int


class DeviceChanged(msgspec.Struct, frozen=True, kw_only=True, tag="device_changed"):
    """A device changed its state; durable."""

    device: Device


class StreamReset(msgspec.Struct, frozen=True, kw_only=True, tag="reset"):
    """Earlier events are incomplete: read what you follow again, then go on from this event's id.

    Stored when a backup is restored; sent where a subscriber names an id that was never given, or one whose followers
    were dropped by retention. `why` is for people.
    """

    why: str


EventBody = TaskChanged | TaskDeleted | TaskProgressed | DeviceChanged | Paused | Resumed | StreamReset


class Event(msgspec.Struct, frozen=True, kw_only=True, tag="event"):
    """One event. `id` grows with each durable event and is 0 for one that is not stored."""

    id: int
    at: datetime
    body: EventBody


class Subscribe(msgspec.Struct, frozen=True, kw_only=True, tag="subscribe"):
    """Send events from now on, or, with `after`, first the stored ones that came after that id."""

    after: int | None = None


class Subscribed(msgspec.Struct, frozen=True, kw_only=True, tag="subscribed"):
    """Events follow; `last_event_id` is the newest stored so far."""

    last_event_id: int
