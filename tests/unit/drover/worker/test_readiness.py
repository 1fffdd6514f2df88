"""How often a phone that waits for a person is looked at."""

from pathlib import Path

from drover.phone.engine import InputForbiddenError, PhoneNotReadyError
from drover.wire.devices import PhoneCondition
from drover.wire.tasks import Effect, Reason
from drover.worker.readiness import FIRST_S, IDLE_PROBE_S, MOST_S, Readiness, unbegun
from tests.support.worker_bench import begin

LOCKED = PhoneNotReadyError("hand0001", PhoneCondition.LOCKED, "locked; unlock it")


def test_soon_at_first_then_less_often_and_seldom_once_it_is_ready() -> None:
    found = Readiness()
    trouble = found.missed(LOCKED)
    waits = [found.look_again_s]
    for _ in range(8):
        found.missed(LOCKED)
        waits.append(found.look_again_s)
    assert (trouble.why, trouble.condition) == ("locked; unlock it", PhoneCondition.LOCKED)
    assert (waits[0], waits[-1]) == (FIRST_S, MOST_S)
    assert waits == sorted(waits)
    found.reached()
    assert (found.condition, found.look_again_s) == (None, IDLE_PROBE_S)
    found.missed(LOCKED)
    assert found.look_again_s == FIRST_S


def test_only_refused_touches_make_a_look_touch_as_well() -> None:
    found = Readiness()
    found.missed(LOCKED)
    assert not found.doubts_input
    found.missed(InputForbiddenError("hand0001"))
    assert found.doubts_input


def test_an_attempt_that_came_meanwhile_did_nothing(tmp_path: Path) -> None:
    ended = unbegun(begin(tmp_path), LOCKED)
    assert (ended.fence, ended.effect, ended.reason, ended.condition) == (
        7, Effect.NONE, Reason.INTERRUPTED, PhoneCondition.LOCKED,
    )  # fmt: skip
