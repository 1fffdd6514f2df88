"""adb's listing, line by line, and which of a phone's transports drives."""

import pytest

from drover.policy.transports import Transport, driver, read

SEE = "see [http://developer.android.com/tools/device.html]"
WIRELESS = "adb-R58M123ABC-AbCdEf (2)._adb-tls-connect._tcp"
UDEV = f"no permissions (missing udev rules? user is in the plugdev group); {SEE}"
PLUGDEV = f"no permissions (user in plugdev group; are your udev rules wrong?); {SEE}"
INFO = "product:x model:device_Y device:z"


@pytest.mark.parametrize(
    ("line", "name", "state", "number", "kind"),
    [
        (f"R58M123ABC             device usb:1-1.2 {INFO} transport_id:2", "R58M123ABC", "device", 2, "usb"),
        (f"192.168.1.20:5555      device {INFO} transport_id:1", "192.168.1.20:5555", "device", 1, "network"),
        (f"{WIRELESS} device {INFO} transport_id:3", WIRELESS, "device", 3, "wireless"),
        (f"emulator-5554          device {INFO} transport_id:4", "emulator-5554", "device", 4, "emulator"),
        ("R58M123ABC             sideload usb:1-1 transport_id:9", "R58M123ABC", "sideload", 9, "usb"),
        ("R58M:1                 detached usb:1-1 transport_id:9", "R58M:1", "detached", 9, "usb"),
        ("R58M123ABC             strange usb:1-1 transport_id:9", "R58M123ABC", "strange", 9, "usb"),
        (f"????????????           {UDEV} usb:1-4 transport_id:7", "????????????", UDEV, 7, "usb"),
        (f"R58M123ABC\t{PLUGDEV}", "R58M123ABC", PLUGDEV, None, "network"),
        (f"{WIRELESS}\toffline", WIRELESS, "offline", None, "wireless"),
    ],
)
def test_a_line_of_the_listing(line: str, name: str, state: str, number: int | None, kind: str) -> None:
    (found,) = read(line + "\n")
    assert (found.name, found.state, found.id, found.kind.value) == (name, state, number, kind)


def test_case_p4_two_rows_with_one_name_stay_two() -> None:
    found = read("1234 device usb:1-1 transport_id:1\n1234 device usb:1-2 transport_id:2\n")
    assert len({one.key for one in found}) == 2
    assert [one.selector for one in found] == ["transport-id:1", "transport-id:2"]


def test_an_empty_listing_is_empty() -> None:
    assert read("") == read("\n") == ()


def test_an_old_server_is_asked_by_name() -> None:
    (one,) = read("R58M1\tdevice\n")
    assert (one.selector, one.host_prefix) == ("transport:R58M1", "host-serial:R58M1")


def test_what_drives_drives_on_until_it_goes_then_the_cable_does() -> None:
    usb = Transport(name="R58M123ABC", state="device", id=1, usb="usb:1-1")
    wifi = Transport(name="10.0.0.1:5555", state="device", id=2)
    assert driver([usb, wifi], wifi.key) is wifi
    assert driver([wifi, usb], None) is usb
    assert driver([wifi], usb.key) is wifi
    assert driver([Transport(name="x", state="offline", id=3)], None) is None
