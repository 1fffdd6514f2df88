"""Whether a worker takes the phone that answers for the one that it was started for."""

from typing import Any

import pytest
from msgspec.structs import replace

from drover.phone.adb import OtherPhoneError
from drover.phone.engine import PhoneLostError, PhoneStartingError
from drover.policy import identity
from drover.wire.devices import Identity
from drover.wire.zygote import WorkerSpec
from drover.worker.proof import accept, proof_of
from tests.support.worker_bench import SPEC

KNOWN = Identity(android_id="f00f00f00f00f00f", serialno="R58M1", boot_time="1700", boot_id="b1", model="Pixel")


def spec(*, same_boot: bool = False) -> WorkerSpec:
    return replace(SPEC, identity=KNOWN, same_boot=same_boot, transport="10.0.0.1:5555")


def answer(*, booted: bool = True, **changes: Any) -> str:
    """What the phone says to the question; `changes` as another phone or another start would have them."""
    said = replace(KNOWN, **changes)
    fields = {name: getattr(said, name) for name in ("serialno", "boot_serialno", "model", "boot_time", "boot_id")}
    fields |= {"android_id": said.android_id, "booted": "1" if booted else "", "wlan0": "", "eth0": ""}
    return "\n".join(f"drover-id:{name}={value}" for name, value in fields.items())


def test_a_phone_of_which_nothing_is_known_is_asked_nothing() -> None:
    assert proof_of(SPEC) is None
    proof = proof_of(spec())
    assert proof is not None
    assert proof.question == identity.QUESTION
    proof.accept(answer())
    with pytest.raises(OtherPhoneError):
        proof.accept(answer(android_id="0123456789abcdef"))


def test_case_p3_another_phone_is_never_taken() -> None:
    with pytest.raises(OtherPhoneError, match=r"another phone answers at 10.0.0.1:5555 .*Android id differs"):
        accept(answer(android_id="0123456789abcdef"), spec())
    with pytest.raises(PhoneLostError, match="did not say which it is"):
        accept("sh: not found", spec())


def test_a_phone_that_was_started_again_is_the_same_unless_only_its_start_told_it_from_others() -> None:
    again: dict[str, Any] = {"boot_time": "9900", "boot_id": "b2"}
    accept(answer(**again), spec())
    with pytest.raises(OtherPhoneError):
        accept(answer(**again), spec(same_boot=True))
    accept(answer(), spec(same_boot=True))


def test_a_phone_that_starts_is_waited_for_unless_it_never_stopped() -> None:
    with pytest.raises(PhoneStartingError):
        accept(answer(booted=False, boot_time="9900", boot_id="b2"), spec())
    with pytest.raises(PhoneStartingError):  # it cannot say its Android id yet
        accept(answer(booted=False, boot_time="9900", boot_id="b2", android_id=""), spec())
    accept(answer(booted=False), spec())  # Android's runtime alone starts again
