"""What is wrong with a phone as a whole: asked in one round trip, judged from what its own commands say.

Nothing here changes the phone, but for `wake`: the display is turned on, and a lock that asks for no secret put away.
"""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from drover.phone.adb import Adb, Deadline, last_line
from drover.phone.engine import InputForbiddenError, PhoneNotReadyError
from drover.phone.injection import is_refused, raise_if_refused
from drover.wire.devices import PhoneCondition

FLOOR_MB: Final = 100
"""Below this many MB Android itself begins to fail, and no task can bring anything."""

_WAKE: Final = (["input", "keyevent", "224"], ["wm", "dismiss-keyguard"])
_NO_KEY: Final = ["input", "keyevent", "0"]
"""Injected like every key, and no app knows it."""

_QUESTIONS: Final = (
    ["cmd", "activity", "get-started-user-state", "0"],
    ["getprop", "sys.user.0.ce_available"],
    ["dumpsys", "trust"],
    ["df", "-k", "/data"],
    ["getprop", "persist.security.adbinput"],
    ["getprop", "ro.miui.ui.version.name"],
    ["getprop", "ro.mi.os.version.name"],
)
_STATE: Final = re.compile(r"^(?:BOOTING|RUNNING_LOCKED|RUNNING_UNLOCKING|RUNNING_UNLOCKED)\s*$", re.M)
_NOT_UNLOCKED: Final = ("BOOTING", "RUNNING_LOCKED")
_TRUST: Final = re.compile(r"\(current\):[^\n]*?\bdeviceLocked=([01])")
_ANY_TRUST: Final = re.compile(r"\bdeviceLocked=([01])")
_SHOWING: Final = re.compile(r"^\s*(?:showing|mIsShowing)=true", re.M)
_SECURE: Final = re.compile(r"^\s*secure=true", re.M)
_ON: Final = frozenset({"1", "y", "yes", "on", "true"})
_GOING_S: Final = 1.5
"""How long a lock without a secret may take to go away."""
_POLL_S: Final = 0.3

WORDS: Final = {
    PhoneCondition.LOCKED: "locked with a PIN, a pattern or a password; unlock it by hand",
    PhoneCondition.NOT_UNLOCKED: "not unlocked since it started; unlock it by hand once",
}


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What a phone says of itself. `locked` is None where it does not say; `asks_for_input`: its maker has adb ask

    for its own permission before it may touch the screen, and that has not been given.
    """

    unlocked_since_boot: bool
    locked: bool | None
    free_mb: int | None
    asks_for_input: bool


def read(parts: Sequence[str]) -> Answers:
    """What the answers to _QUESTIONS say, in their order. What is not understood is no reason to refuse a phone."""
    state, unlocked, trust, storage, input_allowed, *maker = parts
    user = _STATE.search(state)
    known = _TRUST.search(trust) or _ANY_TRUST.search(trust)
    locked_since_boot = user[0].strip() in _NOT_UNLOCKED if user else last_line(unlocked) == "false"
    return Answers(
        unlocked_since_boot=not locked_since_boot,
        locked=None if known is None else known[1] == "1",
        free_mb=free_mb(storage),
        asks_for_input=any(map(last_line, maker)) and last_line(input_allowed).lower() not in _ON,
    )


def free_mb(output: str) -> int | None:
    """The fourth column of `df -k`: what is available, in MB."""
    words = last_line(output).split()
    return int(words[3]) // 1024 if len(words) >= 5 and words[3].isdigit() else None


def check(adb: Adb, *, doubt_input: bool = False, timeout_s: float) -> None:
    """Raises PhoneNotReadyError. With `doubt_input` a key is injected that means nothing, to see whether it may be."""
    deadline = Deadline(timeout_s)
    answers = read(adb.shell_all(_QUESTIONS, timeout_s=deadline.left()))
    _refuse(adb, answers, deadline)
    if doubt_input or answers.asks_for_input:
        raise_if_refused(adb.serial, adb.shell(_NO_KEY, timeout_s=deadline.left()))


def wake(adb: Adb, *, timeout_s: float) -> None:
    """Turn the display on, put away a lock screen that asks for no secret, and check, in one round trip.

    Raises PhoneNotReadyError.
    """
    deadline = Deadline(timeout_s)
    (key, _dismissed, *parts), errors = adb.shell_parts([*_WAKE, *_QUESTIONS], timeout_s=deadline.left())
    _refuse(adb, read(parts), deadline)
    if is_refused(f"{key}\n{errors}"):
        raise InputForbiddenError(adb.serial)


def storage_full(serial: str, free: int | None, needed_mb: int, what: str) -> PhoneNotReadyError:
    """The error for a phone without room for something, in words."""
    has = "too little" if free is None else f"{free} MB"
    words = f"its storage is full: {has} free, and {what} needs {needed_mb} MB; delete what is not needed there"
    return PhoneNotReadyError(serial, PhoneCondition.STORAGE_FULL, words)


def _refuse(adb: Adb, answers: Answers, deadline: Deadline) -> None:
    if not answers.unlocked_since_boot:
        raise _not_ready(adb, PhoneCondition.NOT_UNLOCKED)
    if answers.locked or (answers.locked is None and _keyguard_stays(adb, deadline)):
        raise _not_ready(adb, PhoneCondition.LOCKED)
    if answers.free_mb is not None and answers.free_mb < FLOOR_MB:
        raise storage_full(adb.serial, answers.free_mb, FLOOR_MB, "any task")


def _not_ready(adb: Adb, condition: PhoneCondition) -> PhoneNotReadyError:
    return PhoneNotReadyError(adb.serial, condition, WORDS[condition])


def _keyguard_stays(adb: Adb, deadline: Deadline) -> bool:
    """For phones whose trust service does not say: whether a lock screen that calls itself secure outlives a wake."""
    until = time.monotonic() + min(_GOING_S, deadline.left())
    commands: list[list[str]] = [["dumpsys", "window", "policy"]]
    while True:
        policy = adb.shell_all(commands, timeout_s=deadline.left())[0]
        if not (_SHOWING.search(policy) and _SECURE.search(policy)):
            return False
        if len(commands) == 1:  # Android asks the keyguard only now and then whether it is secure: see if it goes
            commands += _WAKE
        elif time.monotonic() + _POLL_S > until:
            return True
        time.sleep(_POLL_S)
