"""Leases and direct control, as shim and ctl ask for them: who holds which phone, and what the holder wants of it.

`session` is the secret that names a lease; only the answer to TakeLease holds it.
"""

from datetime import datetime
from typing import Any, Final

import msgspec

from drover.wire.screens import ScreenCheck

DEFAULT_TTL_S = 120
MAX_TTL_S = 600
MAX_WAIT_S = 600

ADB_COMMANDS: Final = ("shell", "exec-out", "logcat", "uninstall", "get-state", "get-serialno")
"""Those that a lease's holder may have run; what is not named here is refused: adb grows, and most of it reaches beyond
one phone."""
MAX_ADB_ARGS: Final = 256

# --- requests ---------------------------------------------------------------------------------------------------


class TakeLease(msgspec.Struct, frozen=True, kw_only=True, tag="take_lease"):
    """Take a phone for `ttl_s` seconds, or wait in line for it for up to `wait_s`; answered by LeaseTaken."""

    serial: str
    label: str = ""
    ttl_s: int = DEFAULT_TTL_S
    wait_s: float = 0.0


class ExtendLease(msgspec.Struct, frozen=True, kw_only=True, tag="extend_lease"):
    """Sign of life: the lease ends `ttl_s` from now (None: as many as it was taken for). Answered by Lease."""

    session: str
    ttl_s: int | None = None


class ReleaseLease(msgspec.Struct, frozen=True, kw_only=True, tag="release_lease"):
    """Give the phone back."""

    session: str


class EvictLease(msgspec.Struct, frozen=True, kw_only=True, tag="evict_lease"):
    """Take the phone from whoever holds it; an operator's means, no client's."""

    serial: str


class ListLeases(msgspec.Struct, frozen=True, kw_only=True, tag="list_leases"):
    """Ask who holds what, and who waits."""


class CallPhone(msgspec.Struct, frozen=True, kw_only=True, tag="call_phone"):
    """One method of UIAutomator2's JSON-RPC, sent once; answered by DirectResult with the result as JSON."""

    session: str
    serial: str
    method: str
    params: list[Any] = []
    timeout_s: float = 30.0


class ReadHierarchy(msgspec.Struct, frozen=True, kw_only=True, tag="read_hierarchy"):
    """The UI tree; answered by DirectResult with XML."""

    session: str
    serial: str
    timeout_s: float = 30.0


class TakeScreenshot(msgspec.Struct, frozen=True, kw_only=True, tag="take_screenshot"):
    """The screen; answered by DirectResult with a PNG."""

    session: str
    serial: str
    timeout_s: float = 30.0


class CheckScreen(msgspec.Struct, frozen=True, kw_only=True, tag="check_screen"):
    """Compare the screen with an app's data; `platform` "" is the app in the foreground. Answered by ScreenCheck."""

    session: str
    serial: str
    platform: str = ""
    timeout_s: float = 30.0


class RunAdb(msgspec.Struct, frozen=True, kw_only=True, tag="run_adb"):
    """One adb command for this phone, as an argument list; answered by DirectResult with its output."""

    session: str
    serial: str
    args: list[str]
    timeout_s: float = 30.0


# --- answers ----------------------------------------------------------------------------------------------------


class Lease(msgspec.Struct, frozen=True, kw_only=True, tag="lease"):
    """A live lease, as everybody sees it. Stamps are aware UTC; `task_id` is the task that it belongs to, if one does.

    `expires_at` is None for a lease that ends with its task.
    """

    serial: str
    label: str
    taken_at: datetime
    expires_at: datetime | None
    ttl_s: int
    calls: int = 0
    task_id: int | None = None


class LeaseTaken(msgspec.Struct, frozen=True, kw_only=True, tag="lease_taken"):
    """The lease and the secret that names it."""

    session: str
    lease: Lease


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """Someone in line for a phone, since `since` and at the longest until `until`."""

    serial: str
    label: str
    since: datetime
    until: datetime


class LeaseList(msgspec.Struct, frozen=True, kw_only=True, tag="lease_list"):
    """Live leases in the order of their serials, and the line in its order."""

    leases: list[Lease]
    waiting: list[Waiting] = []


class DirectResult(msgspec.Struct, frozen=True, kw_only=True, tag="direct_result"):
    """What a direct call gave: bytes, or the path of a file that holds them, which the reader removes."""

    data: bytes = b""
    path: str = ""


LeaseRequest = (
    TakeLease
    | ExtendLease
    | ReleaseLease
    | EvictLease
    | ListLeases
    | CallPhone
    | ReadHierarchy
    | TakeScreenshot
    | RunAdb
    | CheckScreen
)
LeaseAnswer = LeaseTaken | Lease | LeaseList | DirectResult | ScreenCheck
