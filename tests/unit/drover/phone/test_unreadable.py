"""A screen that cannot be read is looked at again, by every way in which a phone gives it."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from drover.phone.adb import Adb, Deadline
from drover.phone.phone import Phone
from drover.phone.u2_engine import U2Engine

FINE = '<hierarchy><node text="Follow" bounds="[0,0][9,9]"/><node text="Back" bounds="[0,9][9,18]"/></hierarchy>'
ADB = cast(Adb, SimpleNamespace(serial="R5"))


class Answering(U2Engine):
    """A server that gives these texts one after the other."""

    def __init__(self, *answers: str) -> None:
        self._adb = ADB
        self._answers = list(answers)

    def _call(self, deadline: Deadline, method: str, *params: Any) -> Any:
        return self._answers.pop(0)


@pytest.mark.parametrize(
    "bad",
    [
        FINE.replace("Follow", "half \ud83d"),
        FINE.replace("[9,9]", f"[{'9' * 5000},9]"),
        FINE.replace("Follow", "\x0b"),
        "<hierarchy>",
    ],
    ids=["surrogate", "digits", "control", "cut"],
)
def test_case_b14_an_unreadable_screen_is_looked_at_again(bad: str) -> None:
    tree = Phone(ADB, Answering(bad, FINE)).screen(timeout_s=5)
    assert [node.text for node in tree.nodes] == ["Follow", "Back"]


def test_case_b14_who_holds_the_phone_gets_utf8() -> None:
    raw = Phone(ADB, Answering(FINE.replace("Follow", "half \ud83d"))).raw_hierarchy(timeout_s=5)
    assert "half \ufffd" in raw.decode()
