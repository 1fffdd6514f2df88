"""USB and network transports of one phone: which are one, which name stays, which drives."""

import pytest

from drover.policy.transports import driver, preferred, same_phone

USB, WIFI, OTHER_WIFI = "R58M123ABC", "192.168.1.20:5555", "192.168.1.21:5555"


@pytest.mark.parametrize(
    ("one", "other", "serialno", "same"),
    [
        (USB, WIFI, "R58M123ABC", True),
        (WIFI, OTHER_WIFI, "R58M123ABC", True),
        (USB, "R58M999XYZ", "R58M123ABC", False),  # two cables are two phones, whatever their makers wrote into them
        (USB, WIFI, "", False),
        (USB, WIFI, "0123456789ABCDEF", False),
        (WIFI, WIFI, "R58M123ABC", False),
    ],
)
def test_which_are_one(one: str, other: str, serialno: str, same: bool) -> None:
    assert same_phone(one, other, serialno) is same
    assert same_phone(other, one, serialno) is same


def test_the_usb_name_stays() -> None:
    assert preferred([WIFI, USB]) == USB
    assert preferred([OTHER_WIFI, WIFI]) == WIFI


def test_what_drives_drives_on_until_it_goes() -> None:
    names = (USB, WIFI)
    assert driver(USB, names, {USB, WIFI}, WIFI) == WIFI
    assert driver(USB, names, {USB}, WIFI) == USB
    assert driver(USB, names, {WIFI}, USB) == WIFI
    assert driver(USB, names, set[str](), WIFI) == USB
