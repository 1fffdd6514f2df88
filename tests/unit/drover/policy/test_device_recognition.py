"""Which device a phone is: never merged on doubt, never split on the spelling of a name."""

from typing import Any

import msgspec
import pytest

from drover.policy.device_recognition import Known, recognise, unsettled
from drover.policy.transports import Transport
from drover.wire.devices import Identity

A = Identity(
    serialno="R58MA", android_id="a" * 16, boot_id="ba", boot_time="1", addresses={"wlan0": "a4:50:00:00:00:01"}
)
B = Identity(
    serialno="R58MB", android_id="b" * 16, boot_id="bb", boot_time="2", addresses={"wlan0": "a4:50:00:00:00:02"}
)
USB = Transport(name="R58MA", state="device", id=1, usb="usb:1-1")
WIFI = Transport(name="10.0.0.1:5555", state="device", id=2)
TLS = Transport(name="adb-R58MA-AbC (2)._adb-tls-connect._tcp", state="device", id=3)
NAMELESS = Transport(name="(no serial number)", state="device", id=5, usb="usb:1-1")
EMULATOR = "EMULATOR34X1X12X0"


def like(one: Identity, **changes: Any) -> Identity:
    return msgspec.structs.replace(one, **changes)


def rebooted(one: Identity) -> Identity:
    return like(one, boot_id="again", boot_time="777")


@pytest.mark.parametrize("transport", [WIFI, TLS, USB])
def test_case_p1_a_second_transport_is_the_live_devices(transport: Transport) -> None:
    known = [Known(name="phone", identity=A, live=True, usb=("usb:1-1",)), Known(name="other", identity=B, live=True)]
    assert recognise(A, transport, known).device == "phone"


@pytest.mark.parametrize("serialno", [EMULATOR, "0123456789abcdef", "1234567890", "00000000", "R58MA"])
@pytest.mark.parametrize("live", [True, False])
def test_case_p2_an_equal_serial_number_makes_no_two_phones_one(serialno: str, *, live: bool) -> None:
    known = [Known(name="10.0.0.9:5555", identity=like(A, serialno=serialno), live=live)]
    assert recognise(like(B, serialno=serialno), WIFI, known).device == "10.0.0.1:5555"


@pytest.mark.parametrize("transport", [WIFI, TLS, Transport(name="10.0.0.2:41234", state="device", id=9)])
def test_case_p3_the_device_is_found_by_its_identity_whatever_its_address(transport: Transport) -> None:
    known = [Known(name="10.0.0.1:5555", identity=B), Known(name="10.0.0.2:5555", identity=A)]
    assert recognise(rebooted(A), transport, known).device == "10.0.0.2:5555"
    assert recognise(rebooted(B), transport, known).device == "10.0.0.1:5555"


def test_case_p3_a_new_phone_at_an_address_that_is_anothers_name_gets_a_free_name() -> None:
    known = [Known(name="10.0.0.1:5555", identity=A)]
    assert recognise(B, WIFI, known).device == "R58MB"
    assert recognise(like(B, serialno="1234567890"), WIFI, known).device == "10.0.0.1:5555-2"
    taken = [*known, Known(name="R58MB", identity=like(B, android_id="c" * 16))]
    assert recognise(B, WIFI, taken).device == "R58MB-2"


def test_case_p4_two_cables_are_two_phones_even_if_all_numbers_agree() -> None:
    twin = Transport(name="R58MA", state="device", id=8, usb="usb:1-2")
    found = recognise(rebooted(A), twin, [Known(name="R58MA", identity=A, live=True, usb=("usb:1-1",))])
    assert found.device == "R58MA-2"


def test_names_of_new_phones() -> None:
    assert recognise(A, USB, []).device == "R58MA"
    assert recognise(A, WIFI, []).device == "10.0.0.1:5555"
    assert recognise(A, TLS, []).device == "R58MA"
    assert recognise(A, WIFI, [], cables={"R58MA"}).device == "R58MA", "its cable is about to answer"
    assert recognise(A, NAMELESS, []).device == "R58MA"


def test_clones_that_were_started_again_are_held_in_doubt_and_it_is_said() -> None:
    clone = like(A, addresses={})
    one = Known(name="one", identity=clone)
    two = Known(name="two", identity=rebooted(clone))
    later = like(clone, boot_id="x", boot_time="9")
    found = recognise(later, WIFI, [one, two])
    assert found.device is None
    assert "one and two" in found.why
    assert recognise(clone, WIFI, [one, two]).device == "one", "by the start of Android, where that is the same"
    lives = Known(name="one", identity=clone, live=True)
    assert recognise(later, WIFI, [lives, two]).device == "two"


def test_rows_of_one_phone_with_one_hardware_address_become_one() -> None:
    known = [Known(name="b", identity=A), Known(name="a", identity=like(A, boot_id="", boot_time=""))]
    found = recognise(rebooted(A), WIFI, known)
    assert (found.device, found.absorbed) == ("a", ("b",))


def test_rows_of_an_older_version_are_recognised_by_number_then_by_name() -> None:
    address, cable = (Known(name=name, identity=Identity(serialno="R58MA")) for name in ("10.0.0.1:5555", "R58MA"))
    assert recognise(A, USB, [address, cable]).device == "R58MA"
    joined = recognise(A, WIFI, [Known(name="R58MA", identity=A, live=True), address])
    assert (joined.device, joined.absorbed) == ("R58MA", ("10.0.0.1:5555",))
    emulators = [Known(name=name, identity=Identity(serialno=EMULATOR)) for name in ("10.0.0.1:5555", "x")]
    assert recognise(like(A, serialno=EMULATOR), WIFI, emulators).device == "10.0.0.1:5555"


def test_live_devices_that_could_be_it_are_asked_again_first() -> None:
    known = [Known(name=name, identity=who, live=name != "c") for name, who in (("a", A), ("b", B), ("c", A))]
    assert unsettled(rebooted(A), known) == ["a"]
