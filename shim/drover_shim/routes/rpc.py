"""Leases and direct control: phones, sessions, and what their holders want of the phones.

Hierarchies and screenshots go out as they are; everything else, and every refusal, in the envelope.
"""

import json
import re
from pathlib import Path
from typing import Annotated, Any, Final

from msgspec import Meta

from drover.wire import leases
from drover.wire.control import DeviceList, Done, ListDevices
from drover.wire.devices import Device, DeviceState
from drover.wire.faults import Code, RequestError
from drover_shim.answers import LEASE, LEASE_TAKEN, PHONE, LeaseReleasedView
from drover_shim.bodies import AdbBody, HeartbeatBody, JsonRpcBody, SerialText, TakeLeaseBody, whole
from drover_shim.envelope import Answer
from drover_shim.fields import Fields, query_integer, refuse, serial, text_item
from drover_shim.route import Call, Param, Route
from drover_shim.view import ListOf

SESSION_HEADER: Final = "x-session-id"
DEFAULT_TIMEOUT_S: Final = 30.0
MAX_TIMEOUT_S: Final = 300.0
BEYOND_S: Final = 10.0
"""What the daemon gets beyond a call's own time; its answer comes well before."""

_ONLINE: Final = frozenset(DeviceState) - {DeviceState.ABSENT, DeviceState.UNAUTHORIZED, DeviceState.OFFLINE}
_METHOD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_SESSION: Final = re.compile(r"[0-9A-Za-z_-]{1,128}")


def devices(call: Call) -> list[Device]:
    """Phones that adb can talk to; a busy one runs a task or is leased."""
    return [device for device in call.ask(ListDevices(), DeviceList).devices if device.state in _ONLINE]


# --- sessions


def take(call: Call) -> leases.LeaseTaken:
    """A lease on a phone, now or, with `wait_secs`, when its turn comes."""
    fields = Fields(call.read_json())
    wait_s = fields.integer("wait_secs", 0, 0, leases.MAX_WAIT_S)
    request = leases.TakeLease(
        serial=_serial(fields.text("serial")),
        label=fields.text("label") or "",
        ttl_s=fields.integer("ttl_secs", leases.DEFAULT_TTL_S, 1, leases.MAX_TTL_S),
        wait_s=float(wait_s),
    )
    return call.ask(request, leases.LeaseTaken, timeout_s=wait_s + BEYOND_S)


def sessions(call: Call) -> list[leases.Lease]:
    """Live leases, without their ids."""
    return call.ask(leases.ListLeases(), leases.LeaseList).leases


def heartbeat(call: Call) -> leases.Lease:
    """Sign of life of a lease's holder."""
    fields = Fields(call.read_json())
    ttl_s = fields.integer("ttl_secs", 0, 1, leases.MAX_TTL_S) or None
    return call.ask(leases.ExtendLease(session=_session(call), ttl_s=ttl_s), leases.Lease)


def release(call: Call) -> LeaseReleasedView:
    """Give the phone back."""
    call.ask(leases.ReleaseLease(session=_session(call)), Done)
    return LeaseReleasedView(released=True)


# --- direct control


def jsonrpc(call: Call) -> Any:
    """A method of UIAutomator2's JSON-RPC; its result is the data."""
    fields = Fields(call.read_json())
    method, params = fields.text("method") or "", fields.array("params", lambda _path, value: value, "parameters")
    if not _METHOD.fullmatch(method):
        refuse("method", "the name of a UIAutomator2 method such as deviceInfo", method)
    timeout_s = _seconds(fields.number("timeout", DEFAULT_TIMEOUT_S))
    request = leases.CallPhone(
        session=_held(call), serial=_serial(fields.text("serial")), method=method, params=params, timeout_s=timeout_s
    )
    return json.loads(_result(call, request))


def adb(call: Call) -> str:
    """An adb command for the phone; its output is the data."""
    fields = Fields(call.read_json())
    request = leases.RunAdb(
        session=_held(call),
        serial=_serial(fields.text("serial")),
        args=fields.array("args", text_item, "strings"),
        timeout_s=fields.integer("timeout_ms", int(DEFAULT_TIMEOUT_S * 1000), 1, int(MAX_TIMEOUT_S * 1000)) / 1000,
    )
    return _result(call, request).decode(errors="replace")


def hierarchy(call: Call) -> Answer:
    """The UI tree, as XML and not in an envelope."""
    request = leases.ReadHierarchy(session=_held(call), serial=_serial(call.query.get("serial")), timeout_s=_wait(call))
    return Answer(status=200, body=_result(call, request), media_type="application/xml; charset=utf-8")


def screenshot(call: Call) -> Answer:
    """The screen, as PNG and not in an envelope."""
    request = leases.TakeScreenshot(
        session=_held(call), serial=_serial(call.query.get("serial")), timeout_s=_wait(call)
    )  # fmt: skip
    return Answer(status=200, body=_result(call, request), media_type="image/png")


_Direct = leases.CallPhone | leases.ReadHierarchy | leases.TakeScreenshot | leases.RunAdb


def _result(call: Call, request: _Direct) -> bytes:
    """What the call gave; a file that carried it is gone afterwards."""
    found = call.ask(request, leases.DirectResult, timeout_s=request.timeout_s + BEYOND_S)
    if not found.path:
        return found.data
    path = Path(found.path)
    try:
        return path.read_bytes()
    except OSError as error:
        raise RequestError(Code.UNAVAILABLE, f"the result could not be read: {error.strerror}; try again") from None
    finally:
        path.unlink(missing_ok=True)


def _held(call: Call) -> str:
    """The session that the client shows; the daemon says what it thinks of it, also of none."""
    shown = call.header(SESSION_HEADER) or ""
    return shown if _SESSION.fullmatch(shown) else ""


def _session(call: Call) -> str:
    """The session in the path; raises RequestError."""
    value = call.args["session"]
    if not _SESSION.fullmatch(value):
        raise RequestError(Code.NOT_FOUND, "session: names no live lease")
    return value


def _serial(value: str | None) -> str:
    return serial("serial", value)


def _wait(call: Call) -> float:
    seconds = query_integer(call.query, "timeout", 1, 24 * 3600 * 1000)
    return DEFAULT_TIMEOUT_S if seconds is None else _seconds(float(seconds))


def _seconds(value: float) -> float:
    """The API says `timeout` and no unit: seconds, as in UIAutomator2's own client. What could only be milliseconds
    is taken for that."""
    seconds = value / 1000 if value > MAX_TIMEOUT_S else value
    if not 0 < seconds <= MAX_TIMEOUT_S:
        refuse("timeout", f"seconds, more than 0 and at most {MAX_TIMEOUT_S:.0f}", value)
    return seconds


_SHOWN: Final = Param(
    SESSION_HEADER, Annotated[str, Meta(pattern=whole(_SESSION))], "the lease's id", required=True, place="header"
)
_ASKED: Final = (
    Param("serial", SerialText, required=True),
    Param("timeout", Annotated[int, Meta(ge=1, le=int(MAX_TIMEOUT_S * 1000))], "seconds, or milliseconds from 301 on"),
    _SHOWN,
)
_DIRECT: Final[dict[str, Any]] = {"slow": True, "refuses": (Code.LEASE, Code.CONFLICT, Code.TOO_MANY)}

ROUTES: Final = (
    Route(method="GET", path="/rpc/devices", handler=devices, answers=ListOf(PHONE)),
    Route(
        method="POST",
        path="/rpc/session",
        handler=take,
        slow=True,
        answers=LEASE_TAKEN,
        body=TakeLeaseBody,
        refuses=(Code.NOT_FOUND, Code.CONFLICT, Code.TOO_MANY),
    ),
    Route(method="GET", path="/rpc/session", handler=sessions, answers=ListOf(LEASE)),
    Route(
        method="POST",
        path="/rpc/session/<session>/heartbeat",
        handler=heartbeat,
        answers=LEASE,
        body=HeartbeatBody,
        refuses=(Code.CONFLICT,),
    ),
    Route(
        method="DELETE",
        path="/rpc/session/<session>",
        handler=release,
        answers=LeaseReleasedView,
        refuses=(Code.CONFLICT,),
    ),
    Route(
        method="POST", path="/rpc/jsonrpc", handler=jsonrpc, answers=Any, body=JsonRpcBody, query=(_SHOWN,), **_DIRECT
    ),
    Route(method="POST", path="/rpc/adb", handler=adb, answers=str, body=AdbBody, query=(_SHOWN,), **_DIRECT),
    Route(method="GET", path="/rpc/hierarchy", handler=hierarchy, answers="application/xml", query=_ASKED, **_DIRECT),
    Route(method="GET", path="/rpc/screenshot", handler=screenshot, answers="image/png", query=_ASKED, **_DIRECT),
)
