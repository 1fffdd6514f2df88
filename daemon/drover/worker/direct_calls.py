"""Carries out what a lease's holder wants of the phone, one call at a time, each at most once.

A call whose time is over before it could begin is not begun: whoever sent it has given up by then.
"""

import contextlib
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
import structlog

from drover.apps import label_report
from drover.phone.engine import (
    CallRefusedError,
    CallUncertainError,
    InputForbiddenError,
    PhoneError,
    PhoneTimeoutError,
    ScreenMovingError,
    TapUncertainError,
)
from drover.phone.methods import CHANGES_SETTINGS
from drover.phone.phone import Phone
from drover.wire.direct import (
    DirectAdb,
    DirectAnswered,
    DirectCall,
    DirectCheck,
    DirectEnd,
    DirectHierarchy,
    DirectRpc,
    DirectScreenshot,
)

log = structlog.get_logger("drover.worker")

INLINE_BYTES: Final = 64 * 1024
"""Larger results travel as files. Screenshots always do."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A call and the moment, in monotonic seconds, at which its time is over."""

    call: DirectCall
    until: float

    @classmethod
    def now(cls, call: DirectCall) -> "Asked":
        return cls(call=call, until=time.monotonic() + call.timeout_s)


@dataclass(frozen=True, kw_only=True)
class Performed:
    """The answer, and how the phone is afterwards: `healthy` False asks for it to be opened again."""

    answer: DirectAnswered
    healthy: bool = True
    altered: bool = False


def perform(phone: Phone, asked: Asked) -> Performed:
    """Carry out one call; whatever happens, there is an answer."""
    call = asked.call
    left_s = asked.until - time.monotonic()
    if left_s <= 0:
        why = f"{phone.serial}: was busy with other calls for all of the {call.timeout_s:.1f} s that this one had"
        return Performed(answer=failed(call, DirectEnd.NOT_DONE, why))
    altered = isinstance(call, DirectRpc) and call.method in CHANGES_SETTINGS
    try:
        answer = _DO[type(call)](phone, call, left_s)
        return Performed(answer=answer, altered=altered)
    except (CallRefusedError, InputForbiddenError) as error:
        return Performed(answer=failed(call, DirectEnd.REFUSED, str(error)), altered=altered)
    except (CallUncertainError, TapUncertainError) as error:
        return Performed(answer=failed(call, DirectEnd.UNCERTAIN, str(error)), healthy=False, altered=altered)
    except PhoneError as error:
        end = DirectEnd.UNCERTAIN if isinstance(call, DirectAdb) else DirectEnd.NOT_DONE
        return Performed(answer=failed(call, end, str(error)), healthy=_harmless(call, error), altered=altered)
    except Exception as error:
        log.exception("direct_call_failed", request=call.request_id)
        why = f"{phone.serial}: the call failed by a fault of Drover's: {error!r}"
        return Performed(answer=failed(call, DirectEnd.UNCERTAIN, why), altered=altered)


def _harmless(call: DirectCall, error: PhoneError) -> bool:
    """Whether the failure tells nothing of the phone: a moving screen, a command that takes longer than it may."""
    too_long = isinstance(call, DirectAdb) and isinstance(error, PhoneTimeoutError)
    return too_long or isinstance(error, ScreenMovingError)


def failed(call: DirectCall, end: DirectEnd, why: str) -> DirectAnswered:
    return DirectAnswered(request_id=call.request_id, end=end, why=why)


def _rpc(phone: Phone, call: DirectRpc, left_s: float) -> DirectAnswered:
    result = phone.call(call.method, call.params, timeout_s=left_s)
    # A text of the phone may hold half a surrogate pair, which no UTF-8 can.
    return _given(call, _json(result), "json")


def _hierarchy(phone: Phone, call: DirectHierarchy, left_s: float) -> DirectAnswered:
    return _given(call, phone.raw_hierarchy(timeout_s=left_s), "xml")


def _screenshot(phone: Phone, call: DirectScreenshot, left_s: float) -> DirectAnswered:
    return _filed(call, phone.screenshot(timeout_s=left_s), "png")


def _adb(phone: Phone, call: DirectAdb, left_s: float) -> DirectAnswered:
    return _given(call, phone.adb_command(call.args, timeout_s=left_s).encode(), "txt")


def _check(phone: Phone, call: DirectCheck, left_s: float) -> DirectAnswered:
    tree = phone.screen(timeout_s=left_s)
    found = label_report.check(label_report.app_of(tree, call.platform), tree, serial=phone.serial)
    return _given(call, _json(msgspec.to_builtins(found)), "json")


_DO: Final[dict[type, Callable[..., DirectAnswered]]] = {
    DirectRpc: _rpc,
    DirectHierarchy: _hierarchy,
    DirectScreenshot: _screenshot,
    DirectAdb: _adb,
    DirectCheck: _check,
}


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode(errors="replace")  # phones say half characters, too


def _given(call: DirectCall, data: bytes, kind: str) -> DirectAnswered:
    if len(data) > INLINE_BYTES:
        return _filed(call, data, kind)
    return DirectAnswered(request_id=call.request_id, end=DirectEnd.DONE, data=data)


def _filed(call: DirectCall, data: bytes, kind: str) -> DirectAnswered:
    path = Path(call.folder) / f"{call.request_id}-{os.getpid()}.{kind}"
    try:
        path.write_bytes(data)
    except OSError as error:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
        end = DirectEnd.UNCERTAIN if isinstance(call, DirectRpc | DirectAdb) else DirectEnd.NOT_DONE
        why = f"the phone answered, but the answer, {len(data)} bytes, could not be kept: {error.strerror}"
        return failed(call, end, why)
    return DirectAnswered(request_id=call.request_id, end=DirectEnd.DONE, path=str(path))
