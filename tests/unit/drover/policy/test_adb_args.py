"""Which adb commands a holder of a phone may run there."""

import pytest

from drover.policy.adb_args import MAX_ARG_BYTES, WHY_NOT, refusal
from drover.wire.leases import ADB_COMMANDS

REACHING_BEYOND = (
    *("kill-server", "start-server", "reconnect", "connect", "disconnect", "pair", "tcpip", "usb", "forward"),
    *("reverse", "root", "remount", "push", "pull", "install", "devices", "wait-for-device", "emu"),
    *("-s", "-H", "-P", "-L", "-t", "-a", "-d", "-e"),
)


@pytest.mark.parametrize("word", ADB_COMMANDS)
def test_what_stays_on_the_phone_is_offered(word: str) -> None:
    assert refusal([word, "anything", "-s", "--help", "; rm -rf /"]) is None


@pytest.mark.parametrize("word", REACHING_BEYOND)
def test_what_reaches_beyond_the_phone_is_refused_by_name(word: str) -> None:
    why = refusal([word, "10.0.0.1:5555"])
    assert why is not None
    assert why.startswith(f"args[0]: '{word}' is refused: ")
    assert "offered are: shell" in why


def test_offered_and_refused_do_not_overlap() -> None:
    assert not set(ADB_COMMANDS) & set(WHY_NOT)


@pytest.mark.parametrize(
    ("args", "field"),
    [
        ([], "args"),
        (["shell"] * 300, "args"),
        (["shell", "a\0b"], "args[1]"),
        (["shell", "x" * (MAX_ARG_BYTES + 1)], "args[1]"),
    ],
)
def test_what_is_no_command_is_refused_by_field(args: list[str], field: str) -> None:
    assert str(refusal(args)).partition(":")[0] == field
