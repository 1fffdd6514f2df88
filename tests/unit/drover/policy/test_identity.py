"""Who a phone is: reading its answer, and whether two answers come from one phone."""

from typing import Any

import msgspec
import pytest

from drover.policy import identity
from drover.policy.identity import Verdict, is_number, read, same_as_before, same_now
from drover.wire.devices import Identity

PHONE = Identity(
    serialno="R58M123ABC",
    boot_serialno="R58M123ABC",
    android_id="8c1d3f5a7b9e0246",
    boot_id="b1",
    boot_time="111",
    model="SM-A546B",
    addresses={"wlan0": "a4:50:46:12:34:56"},
)
REBOOTED = {"boot_id": "b2", "boot_time": "222"}
OTHER = {"android_id": "a" * 16, "boot_id": "b9", "boot_time": "999", "addresses": {"wlan0": "a4:50:46:00:00:01"}}
DRAWN = {"addresses": {"wlan0": "de:ad:be:ef:00:01"}}
EMULATOR = "EMULATOR34X1X12X0"


def like(**changes: Any) -> Identity:
    return msgspec.structs.replace(PHONE, **changes)


def container(last: int) -> Identity:
    return like(boot_time="", addresses={"eth0": f"02:42:ac:11:00:{last:02x}"})


NOW = {
    "P1 one phone over two transports": (PHONE, PHONE, Verdict.SAME),
    "P1 its wireless address was drawn again": (PHONE, like(**DRAWN), Verdict.SAME),
    "P2 equal serial numbers": (PHONE, like(**OTHER), Verdict.OTHER),
    "P2 clones with every number alike, each started for itself": (PHONE, like(**REBOOTED), Verdict.OTHER),
    "P2 containers of one host, by the Android id": (PHONE, like(boot_time="5", android_id="b" * 16), Verdict.OTHER),
    "P2 containers cloned with their data, by the start of Android": (PHONE, like(boot_time="5"), Verdict.OTHER),
    "P2 containers of an old Android, by their addresses": (container(2), container(3), Verdict.OTHER),
    "P1 an old Android over two transports": (container(2), container(2), Verdict.SAME),
    "only a boot id, which containers share": (Identity(boot_id="b1"), Identity(boot_id="b1"), Verdict.DOUBT),
    "only a serial number": (Identity(serialno="X1"), Identity(serialno="X1"), Verdict.DOUBT),
    "nothing at all": (Identity(), Identity(), Verdict.SILENT),
}


@pytest.mark.parametrize("name", NOW)
def test_two_that_are_there_now(name: str) -> None:
    one, other, verdict = NOW[name]
    assert same_now(one, other).verdict is verdict
    assert same_now(other, one).verdict is verdict
    assert same_now(one, other).why


LATER = {
    "as it was": (PHONE, PHONE, Verdict.SAME),
    "started again": (like(**REBOOTED), PHONE, Verdict.SAME),
    "started again, with another drawn address": (like(**REBOOTED, **DRAWN), PHONE, Verdict.SAME),
    "P3 another phone with its serial number": (like(**OTHER), PHONE, Verdict.OTHER),
    "another model with its number": (like(**REBOOTED, android_id="", model="Pixel"), PHONE, Verdict.OTHER),
    "a clone on other hardware": (like(**REBOOTED, addresses={"wlan0": "a4:50:46:99:99:99"}), PHONE, Verdict.DOUBT),
    "it does not say its Android id": (like(**REBOOTED, android_id=""), PHONE, Verdict.DOUBT),
    "an older version's row, by its number": (PHONE, Identity(serialno="R58M123ABC", model="SM-A546B"), Verdict.SAME),
    "an older version's row, by no number": (like(serialno=EMULATOR), Identity(serialno=EMULATOR), Verdict.SILENT),
    "nothing known": (PHONE, Identity(), Verdict.SILENT),
}


@pytest.mark.parametrize("name", LATER)
def test_one_that_is_there_and_one_that_is_remembered(name: str) -> None:
    answer, before, verdict = LATER[name]
    assert same_as_before(answer, before).verdict is verdict


def answered(**changes: str) -> str:
    fields = {
        "booted": "1",
        "serialno": "R58M123ABC",
        "boot_serialno": "R58M123ABC",
        "model": "SM-A546B",
        "boot_time": "111",
        "boot_id": "B1",
        "android_id": "8C1D3F5A7B9E0246",
        "wlan0": "A4:50:46:12:34:56",
        "eth0": "",
    }
    return "".join(f"drover-id:{name}={value}\n" for name, value in {**fields, **changes}.items())


def test_an_answer_is_read() -> None:
    found = read(answered())
    assert found is not None
    assert (found.identity, found.booted) == (PHONE, True)


def test_a_warning_between_is_no_answer_and_half_an_answer_is_none() -> None:
    found = read("WARNING: linker: libdvm.so has text relocations\n" + answered().replace("\n", "\r\n"))
    assert found is not None
    assert found.identity == PHONE
    assert read(answered().partition("drover-id:boot_id")[0]) is None
    assert read("") is None


def test_what_is_no_value_is_left_empty() -> None:
    found = read(answered(android_id="null", serialno="unknown", wlan0="00:00:00:00:00:00", booted=""))
    assert found is not None
    assert (found.identity.android_id, found.identity.serialno, found.identity.addresses) == ("", "", {})
    assert not found.booted


@pytest.mark.parametrize("number", ["R58M123ABC", "SIM0001", "9A231FFAZ000XY", "HT7360200001"])
def test_numbers_that_makers_give(number: str) -> None:
    assert is_number(number)


@pytest.mark.parametrize(
    "number", [EMULATOR, "0123456789abcdef", "0123456789ABCDEF", "1234567890", "00000000", "", "unknown", "aaa", "a b"]
)
def test_numbers_that_makers_put_there_instead_of_one(number: str) -> None:
    assert not is_number(number)


def test_the_question_is_one_line_and_takes_no_error_for_an_answer() -> None:
    assert "\n" not in identity.QUESTION
    assert identity.QUESTION.count("2>/dev/null") == identity.QUESTION.count("$(")
