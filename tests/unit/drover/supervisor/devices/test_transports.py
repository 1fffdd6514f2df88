"""The transports that adb lists and whose they are."""

from drover.policy.transports import Transport
from drover.supervisor.devices.transports import IDENTIFYING, Transports

USB = Transport(name="R58M123ABC", state="device", id=1, usb="usb:1-1")
WIFI = Transport(name="192.168.1.20:5555", state="device", id=2)
PHONE = "R58M123ABC"


class Names:
    """The names of devices."""

    def __init__(self, *names: str) -> None:
        self.names = names

    def is_device(self, serial: str) -> bool:
        return serial in self.names


def proven(*listing: Transport) -> Transports:
    """All of these are one known phone's."""
    transports = Transports(Names(PHONE))
    for link in transports.update(listing):
        transports.prove(link, PHONE, "the same start of Android")
    return transports


def test_only_what_works_and_was_not_there_before_is_to_be_identified() -> None:
    transports = Transports(Names())
    offline = Transport(name="x", state="offline", id=3)
    assert [link.transport for link in transports.update([USB, offline])] == [USB]
    assert [link.transport for link in transports.update([USB, WIFI])] == [WIFI]


def test_case_p3_what_was_interrupted_is_proven_again_also_under_its_old_id() -> None:
    transports = proven(USB, WIFI)
    transports.update([USB, Transport(name=WIFI.name, state="offline", id=2)])
    (again,) = transports.update([USB, WIFI])
    assert (again.transport, again.device) == (WIFI, "")
    assert transports.found() == {PHONE: ("device", "")}


def test_two_transports_are_one_device_driven_by_the_cable_until_that_goes() -> None:
    transports = proven(WIFI, USB)
    current = transports.in_use(PHONE)
    assert current is not None
    assert current.transport is USB
    assert [(one.name, one.in_use) for one in transports.connections()[PHONE]] == [(USB.name, True), (WIFI.name, False)]
    transports.update([WIFI])
    assert transports.found() == {PHONE: ("device", "")}
    current = transports.in_use(PHONE)
    assert current is not None
    assert current.transport is WIFI
    assert transports.device_of(WIFI.name) == PHONE
    transports.update([])
    assert transports.found() == {}
    assert transports.device_of(WIFI.name) == PHONE, "a request may come while it is away"


def test_until_it_is_proven_a_transport_is_shown_under_its_last_device() -> None:
    transports = proven(WIFI)
    transports.update([])
    (link,) = transports.update([WIFI])
    assert transports.found() == {PHONE: (IDENTIFYING, "")}
    assert transports.in_use(PHONE) is None
    link.trouble = "no answer"
    assert transports.found() == {PHONE: (IDENTIFYING, "no answer")}


def test_a_new_name_is_shown_once_there_is_something_to_say() -> None:
    transports = Transports(Names())
    (link,) = transports.update([WIFI])
    assert transports.found() == {}
    link.trouble = "Android is starting"
    assert transports.found() == {WIFI.name: (IDENTIFYING, "Android is starting")}


def test_case_p4_a_name_that_two_cables_have_is_addressed_by_the_cable() -> None:
    other = Transport(name=USB.name, state="device", id=9, usb="usb:1-2")
    transports = Transports(Names())
    one, two = transports.update([USB, other])
    assert (transports.address(one), transports.address(two)) == ("usb:1-1", "usb:1-2")
    transports.update([USB])
    assert transports.address(one) == USB.name


def test_case_p6_a_device_without_a_name_is_shown_by_its_cable() -> None:
    transports = Transports(Names())
    transports.update([Transport(name="????????????", state="no permissions (x)", id=4, usb="usb:1-4")])
    assert transports.found() == {"usb:1-4": ("no permissions (x)", "")}


def test_a_devices_own_name_goes_before_an_address() -> None:
    transports = Transports(Names(PHONE, WIFI.name))
    (link,) = transports.update([WIFI])
    transports.prove(link, PHONE, "the same Android id")
    assert transports.device_of(WIFI.name) == WIFI.name


def test_what_was_proven_can_be_taken_back() -> None:
    transports = proven(USB, WIFI)
    link = transports.in_use(PHONE)
    assert link is not None
    (renewed,) = transports.renew(link)
    assert not transports.is_listed(link)
    assert transports.is_listed(renewed)
    assert transports.renew(link) == []


def test_joined_names_are_one() -> None:
    transports = Transports(Names())
    for link in transports.update([USB, WIFI]):
        transports.prove(link, link.transport.name, "seen for the first time")
    transports.rename(USB.name, WIFI.name)
    assert transports.found() == {USB.name: ("device", "")}
    assert len(transports.connections()[USB.name]) == 2
