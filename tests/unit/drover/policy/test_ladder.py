"""The ladder of cures: which step comes when, and that nobody is left without a word."""

import pytest

from drover.policy import ladder
from drover.policy.ladder import Step
from drover.wire.devices import DeviceState

USB, NETWORK = "R58M123ABC", "192.168.1.20:5555"


@pytest.mark.parametrize("state", [DeviceState.UNAUTHORIZED, DeviceState.OFFLINE])
def test_a_network_phone_is_reconnected_then_all_that_are_offline_then_dialled_anew(state: DeviceState) -> None:
    assert ladder.steps(state, NETWORK) == (Step.RECONNECT, Step.RECONNECT_OFFLINE, Step.FORGET)


def test_a_usb_phone_cannot_be_dialled() -> None:
    assert ladder.steps(DeviceState.OFFLINE, USB) == (Step.RECONNECT, Step.RECONNECT_OFFLINE)


def test_a_hanging_phone_is_cured_alone() -> None:
    assert Step.RECONNECT_OFFLINE not in ladder.steps(DeviceState.PREPARING, NETWORK)


@pytest.mark.parametrize("state", [DeviceState.IDLE, DeviceState.BUSY, DeviceState.ABSENT, DeviceState.LEASED])
def test_nothing_is_done_to_a_phone_in_use_or_gone(state: DeviceState) -> None:
    assert ladder.next_step(state, NETWORK, 0) is None


def test_steps_are_30_s_apart_and_a_round_is_followed_by_rest() -> None:
    steps = ladder.steps(DeviceState.OFFLINE, NETWORK)
    assert [ladder.pause_s(DeviceState.OFFLINE, NETWORK, done) for done in (1, 2, 3)] == [30, 30, 300]
    assert [ladder.next_step(DeviceState.OFFLINE, NETWORK, done) for done in range(4)] == [*steps, None]


def test_each_step_asks_adb_about_this_phone_only() -> None:
    assert ladder.services(Step.RECONNECT, USB) == (f"host-serial:{USB}:reconnect",)
    assert ladder.services(Step.FORGET, NETWORK) == (f"host:disconnect:{NETWORK}", f"host:connect:{NETWORK}")


def test_where_a_person_must_act_the_words_say_how() -> None:
    needing = {*ladder.LADDER, DeviceState.QUARANTINED, DeviceState.ABSENT}
    assert needing == set(ladder.PERSON)
