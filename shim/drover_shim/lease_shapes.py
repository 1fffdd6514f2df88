"""What bodies of leases and direct control look like, for answers and for the API's description."""

from typing import Annotated

import msgspec
from msgspec import Meta

from drover.wire.devices import DeviceState
from drover.wire.leases import MAX_TTL_S
from drover_shim.shapes import Count, Stamp, TaskId

TtlSeconds = Annotated[int, Meta(ge=1, le=MAX_TTL_S)]


class PhoneView(msgspec.Struct, frozen=True, kw_only=True):
    """An online phone, as clients that want to lease one look at it."""

    serial: str
    busy: bool
    model: str
    platform_version: str
    sdk: int
    width: int
    height: int
    battery: int | None
    engine: str
    state: DeviceState
    reason: str
    task_id: TaskId | None


class LeaseView(msgspec.Struct, frozen=True, kw_only=True):
    """A lease as anybody may see it; `expires_at` is null for one that ends with its task."""

    serial: str
    label: str
    ttl_secs: Annotated[int, Meta(ge=0, le=MAX_TTL_S)]
    taken_at: Stamp | None
    expires_at: Stamp | None
    calls: Count
    task_id: TaskId | None


class LeaseTakenView(LeaseView, frozen=True, kw_only=True):
    """A lease as its holder sees it; the id is told this once."""

    session_id: str


class ReleasedView(msgspec.Struct, frozen=True, kw_only=True):
    """The phone was given back."""

    released: bool
