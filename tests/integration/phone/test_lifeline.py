"""A worker's adb against a real adb server: once its connection broke, the phone is proven again before anything else.

Measured: adb gives a transport that it connects again the id and name of before, also if another phone is there now.
"""

from collections.abc import Iterator

import pytest

from drover.phone.adb import Adb, Deadline, OtherPhoneError, Proof
from drover.phone.engine import PhoneError
from drover.policy import transports
from tests.support.adb import AdbServer
from tests.support.phones import PhoneFarm, wait_until


@pytest.fixture
def two(adb_server: AdbServer) -> Iterator[PhoneFarm]:
    """Two phones that adb alone keeps connected."""
    with PhoneFarm(None, 2) as farm:
        for phone in farm.phones:
            adb_server.run("connect", phone.serial)
        wait_until(lambda: {phone.serial for phone in farm.phones} <= listed(adb_server).keys(), what="both")
        yield farm
        for phone in farm.phones:
            adb_server.run("disconnect", phone.serial)


def bound(adb_server: AdbServer, serial: str, serialno: str) -> Adb:
    """An adb that accepts the phone with this number only."""

    def accept(text: str) -> None:
        if text.strip() != serialno:
            raise OtherPhoneError(f"{text.strip()} answers")

    return Adb(serial, port=adb_server.port, proof=Proof(question="getprop ro.serialno", accept=accept))


def number(adb: Adb) -> str:
    return adb.shell(["getprop", "ro.serialno"], timeout_s=10).text.strip()


def listed(adb_server: AdbServer) -> dict[str, int | None]:
    listing = adb_server.run("devices", "-l").stdout.decode()
    return {one.name: one.id for one in transports.read(listing) if one.state == "device"}


def test_case_p3_another_phone_at_the_same_transport_is_never_touched(adb_server: AdbServer, two: PhoneFarm) -> None:
    one, other = two.phones
    adb = bound(adb_server, one.serial, one.serialno)
    assert number(adb) == one.serialno
    before = listed(adb_server)
    stream = adb.connect(Deadline(10))
    two.request("POST", f"phones/{one.serialno}/move", {"with": other.serialno})
    wait_until(lambda: two.state(one.serial)["serialno"] == other.serialno, what="the swap")
    wait_until(lambda: listed(adb_server) == before, what="adb's own reconnection, under the same ids")
    touched = two.state(one.serial)["commands"]
    with stream, pytest.raises(PhoneError):
        stream.request("shell:input tap 1 1")
    with pytest.raises(OtherPhoneError):
        number(adb)
    assert two.state(one.serial)["commands"].get("input", 0) == touched.get("input", 0)
    two.request("POST", f"phones/{one.serialno}/move", {"with": other.serialno})
    wait_until(lambda: listed(adb_server) == before, what="adb's reconnection to the first phone")
    assert number(adb) == one.serialno
    adb.close()


def test_r04_the_same_phone_is_proven_again_and_used_on(adb_server: AdbServer, two: PhoneFarm) -> None:
    one = two.phones[0]
    adb = bound(adb_server, one.serial, one.serialno)
    assert number(adb) == one.serialno
    asked = adb.calls
    assert number(adb) == one.serialno
    assert adb.calls - asked == 1, "proven once, not at each call"
    two.fault(one.serialno, "unplug", seconds=0.2)
    wait_until(lambda: one.serial not in listed(adb_server), what="its absence")
    adb_server.run("connect", one.serial)
    wait_until(lambda: one.serial in listed(adb_server), what="its return")
    assert number(adb) == one.serialno
    adb.close()
