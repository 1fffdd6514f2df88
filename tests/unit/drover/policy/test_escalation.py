"""The ladder of cures: which step comes when, and that no one is left without a word."""

import pytest

from drover.policy import escalation
from drover.policy.escalation import Step
from drover.policy.transports import Transport
from drover.wire.devices import DeviceState

USB = Transport(name="R58M123ABC", state="offline", id=1, usb="usb:1-1")
NETWORK = Transport(name="192.168.1.20:5555", state="offline", id=2)


@pytest.mark.parametrize("state", [DeviceState.UNAUTHORIZED, DeviceState.OFFLINE])
def test_a_network_phone_is_reconnected_then_all_that_are_offline_then_dialled_anew(state: DeviceState) -> None:
    assert escalation.steps(state, NETWORK) == (Step.RECONNECT, Step.RECONNECT_OFFLINE, Step.FORGET)


def test_a_usb_phone_cannot_be_dialled() -> None:
    assert escalation.steps(DeviceState.OFFLINE, USB) == (Step.RECONNECT, Step.RECONNECT_OFFLINE)


def test_a_hanging_phone_is_cured_alone() -> None:
    assert Step.RECONNECT_OFFLINE not in escalation.steps(DeviceState.PREPARING, NETWORK)


@pytest.mark.parametrize("state", [DeviceState.IDLE, DeviceState.BUSY, DeviceState.ABSENT, DeviceState.LEASED])
def test_nothing_is_done_to_a_phone_in_use_or_gone(state: DeviceState) -> None:
    assert escalation.next_step(state, NETWORK, 0) is None


def test_steps_are_30_s_apart_and_a_round_is_followed_by_rest() -> None:
    steps = escalation.steps(DeviceState.OFFLINE, NETWORK)
    assert [escalation.pause_s(DeviceState.OFFLINE, NETWORK, done) for done in (1, 2, 3)] == [30, 30, 300]
    assert [escalation.next_step(DeviceState.OFFLINE, NETWORK, done) for done in range(4)] == [*steps, None]


def test_each_step_asks_adb_about_this_phone_only() -> None:
    assert escalation.services(Step.RECONNECT, USB) == ("host-transport-id:1:reconnect",)
    address = NETWORK.name
    assert escalation.services(Step.FORGET, NETWORK) == (f"host:disconnect:{address}", f"host:connect:{address}")


LEFT_ALONE = ("sideload", "recovery", "rescue", "bootloader", "host", "connecting", "detached", "authorizing")


@pytest.mark.parametrize("state", [*LEFT_ALONE, "no permissions (x); see [y]"])
@pytest.mark.parametrize("shown", DeviceState)
def test_case_p5_only_what_is_sick_is_cured(state: str, shown: DeviceState) -> None:
    for kind in ("usb:1-1", ""):
        assert escalation.steps(shown, Transport(name="R58M123ABC", state=state, id=1, usb=kind)) == ()


def test_case_p5_a_step_for_all_spares_those_that_are_about_to_come() -> None:
    coming = Transport(name="10.0.0.9:5555", state="connecting", id=3)
    assert escalation.sparing(Step.RECONNECT_OFFLINE, [NETWORK, coming]) is Step.RECONNECT
    assert escalation.sparing(Step.RECONNECT_OFFLINE, [NETWORK, USB]) is Step.RECONNECT_OFFLINE


def test_a_wireless_phone_is_dialled_by_its_name_and_a_cable_never() -> None:
    wireless = Transport(name="adb-R58-Abc (2)._adb-tls-connect._tcp", state="offline", id=4)
    assert escalation.is_dialled(wireless)
    assert not escalation.is_dialled(Transport(name="R58M:123ABC", state="offline", usb="usb:1-1"))


def test_where_a_person_must_act_the_words_say_how() -> None:
    needing = {*escalation.LADDER, DeviceState.QUARANTINED, DeviceState.ABSENT}
    assert needing == set(escalation.PERSON)
