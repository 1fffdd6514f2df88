"""The transports of a phone as this boot learns them."""

from drover.supervisor.transports import Transports

USB, WIFI = "R58M123ABC", "192.168.1.20:5555"
BOTH = {USB: "device", WIFI: "device"}


def joined() -> Transports:
    transports = Transports()
    transports.learn(WIFI, "R58M123ABC")
    transports.learn(USB, "R58M123ABC")
    assert transports.twin(USB, BOTH) == WIFI
    transports.join(USB, WIFI)
    return transports


def test_two_that_found_the_same_phone_are_twins_only_while_adb_lists_both() -> None:
    transports = Transports()
    transports.learn(WIFI, "R58M123ABC")
    assert transports.twin(WIFI, BOTH) is None
    transports.learn(USB, "R58M123ABC")
    assert transports.twin(USB, {USB: "device", WIFI: "offline"}) is None
    assert transports.twin(USB, BOTH) == WIFI


def test_joined_they_are_one_device_in_the_listing() -> None:
    transports = joined()
    assert transports.collapse(BOTH) == {USB: "device"}
    assert transports.of(USB) == [USB, WIFI]
    assert transports.device_of(WIFI) == USB
    assert transports.twin(USB, BOTH) is None


def test_when_one_goes_the_other_drives_and_goes_on_driving() -> None:
    transports = joined()
    assert transports.collapse({WIFI: "device"}) == {USB: "device"}
    assert transports.current(USB) == WIFI
    assert transports.collapse(BOTH) == {USB: "device"}
    assert transports.of(USB) == [WIFI, USB]
    assert transports.collapse({USB: "unauthorized", WIFI: "device"}) == {USB: "device"}
    assert transports.collapse({USB: "offline"}) == {USB: "offline"}
    assert transports.collapse({}) == {}
