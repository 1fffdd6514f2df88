"""Direct calls in the worker: each at most once, none that comes too late, and what its end is called."""

import time
from pathlib import Path
from typing import Any, cast

import pytest

from drover.phone.engine import CallRefusedError, CallUncertainError, PhoneError, PhoneTimeoutError, ScreenMovingError
from drover.phone.phone import Phone
from drover.wire.direct import DirectAdb, DirectEnd, DirectHierarchy, DirectRpc, DirectScreenshot
from drover.worker.direct_calls import INLINE_BYTES, Asked, Performed, perform


class StandIn:
    """A phone that gives or raises what it is told, and counts what it is asked."""

    serial = "R58M1"

    def __init__(self, gives: Any) -> None:
        self.gives = gives
        self.asked: list[Any] = []

    def _give(self, *asked: Any) -> Any:
        self.asked.append(asked)
        if isinstance(self.gives, Exception):
            raise self.gives
        return self.gives

    def call(self, method: str, params: list[Any], *, timeout_s: float) -> Any:
        return self._give(method, *params)

    def raw_hierarchy(self, *, timeout_s: float) -> bytes:
        return bytes(self._give("hierarchy"))

    def screenshot(self, *, timeout_s: float) -> bytes:
        return bytes(self._give("screenshot"))

    def adb_command(self, args: list[str], *, timeout_s: float) -> str:
        return str(self._give(*args))


def rpc(folder: Path, method: str = "click", *params: Any) -> DirectRpc:
    return DirectRpc(request_id=3, timeout_s=5.0, folder=str(folder), method=method, params=list(params))


def carried_out(phone: StandIn, call: Any) -> Performed:
    return perform(cast(Phone, phone), Asked.now(call))


def test_a_result_is_json(tmp_path: Path) -> None:
    phone = StandIn({"sdkInt": 34, "name": "é", "half": "\ud83d"})
    done = carried_out(phone, rpc(tmp_path, "deviceInfo"))
    assert (done.answer.end, done.answer.data) == (DirectEnd.DONE, '{"sdkInt": 34, "name": "é", "half": "?"}'.encode())
    assert (done.healthy, done.altered, phone.asked) == (True, False, [("deviceInfo",)])


def test_large_results_and_all_pictures_travel_as_files(tmp_path: Path) -> None:
    xml = b"x" * (INLINE_BYTES + 1)
    large = carried_out(StandIn(xml), DirectHierarchy(request_id=4, timeout_s=5, folder=str(tmp_path)))
    small = carried_out(StandIn(b"<a/>"), DirectHierarchy(request_id=5, timeout_s=5, folder=str(tmp_path)))
    picture = carried_out(StandIn(b"png"), DirectScreenshot(request_id=6, timeout_s=5, folder=str(tmp_path)))
    assert (Path(large.answer.path).read_bytes(), large.answer.data) == (xml, b"")
    assert (small.answer.data, small.answer.path) == (b"<a/>", "")
    assert Path(picture.answer.path).read_bytes() == b"png"
    assert {path.parent for path in map(Path, (large.answer.path, picture.answer.path))} == {tmp_path}


def test_what_comes_too_late_is_not_begun(tmp_path: Path) -> None:
    phone = StandIn(True)
    done = perform(cast(Phone, phone), Asked(call=rpc(tmp_path, "click", 1, 2), until=time.monotonic()))
    assert (done.answer.end, phone.asked, done.healthy) == (DirectEnd.NOT_DONE, [], True)
    assert "busy with other calls" in done.answer.why


@pytest.mark.parametrize(
    ("error", "end", "healthy"),
    [
        (CallRefusedError("no such object"), DirectEnd.REFUSED, True),
        (CallUncertainError("may have arrived"), DirectEnd.UNCERTAIN, False),
        (PhoneTimeoutError("no connection"), DirectEnd.NOT_DONE, False),
        (PhoneError("gone"), DirectEnd.NOT_DONE, False),
        (ScreenMovingError("no hierarchy"), DirectEnd.NOT_DONE, True),
        (RuntimeError("a fault"), DirectEnd.UNCERTAIN, True),
    ],
)
def test_how_a_call_ends(tmp_path: Path, error: Exception, end: DirectEnd, healthy: bool) -> None:
    phone = StandIn(error)
    done = carried_out(phone, rpc(tmp_path, "click", 1, 2))
    assert (done.answer.end, done.healthy, len(phone.asked)) == (end, healthy, 1)
    assert str(error) in done.answer.why


def test_a_broken_off_adb_command_leaves_doubt(tmp_path: Path) -> None:
    call = DirectAdb(request_id=3, timeout_s=5.0, folder=str(tmp_path), args=["shell", "input tap 1 1"])
    late = carried_out(StandIn(PhoneTimeoutError("no answer")), call)
    assert (late.answer.end, late.healthy) == (DirectEnd.UNCERTAIN, True)
    assert carried_out(StandIn("ok\n"), call).answer.data == b"ok\n"


def test_changed_settings_are_noted(tmp_path: Path) -> None:
    assert carried_out(StandIn({}), rpc(tmp_path, "setConfigurator", {})).altered
    assert carried_out(StandIn(PhoneError("x")), rpc(tmp_path, "setConfigurator", {})).altered


def test_case_b5_an_answer_that_cannot_be_kept_is_said_and_what_was_done_is_not_called_undone(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    seen = carried_out(StandIn(b"picture"), DirectScreenshot(request_id=4, timeout_s=5, folder=str(gone)))
    done = carried_out(StandIn("x" * (INLINE_BYTES + 1)), rpc(gone))
    assert (seen.answer.end, done.answer.end) == (DirectEnd.NOT_DONE, DirectEnd.UNCERTAIN)
    assert (seen.healthy, done.healthy) == (True, True)
    assert "could not be kept: No such file or directory" in seen.answer.why
