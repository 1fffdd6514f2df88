"""What bodies of leases and direct control look like, for answers and for the API's description."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from drover.wire.devices import DeviceState
from drover.wire.leases import DEFAULT_TTL_S, MAX_TTL_S, MAX_WAIT_S
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


class TakeLeaseBody(msgspec.Struct, frozen=True, kw_only=True):
    """Which phone, for how long, and how long to wait in line for it."""

    serial: str
    label: str = ""
    ttl_secs: TtlSeconds = DEFAULT_TTL_S
    wait_secs: Annotated[int, Meta(ge=0, le=MAX_WAIT_S)] = 0


class HeartbeatBody(msgspec.Struct, frozen=True, kw_only=True):
    """From now on; null is what the lease was taken for."""

    ttl_secs: TtlSeconds | None = None


class JsonRpcBody(msgspec.Struct, frozen=True, kw_only=True):
    """A method of UIAutomator2; `timeout` in seconds, or in milliseconds where it is more than 300."""

    serial: str
    method: Annotated[str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")]
    params: list[Any] = []
    timeout: Annotated[float, Meta(gt=0)] = 30.0


class AdbBody(msgspec.Struct, frozen=True, kw_only=True):
    """An adb command as an argument list."""

    serial: str
    args: list[str]
    timeout_ms: Annotated[int, Meta(ge=1, le=300_000)] = 30_000
