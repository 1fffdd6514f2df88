"""The exit codes of droverctl: one table from what went wrong to the number a script sees."""

from enum import IntEnum
from typing import Final

from drover.client import AnswerLostError, ControlError
from drover.wire.faults import Code, RequestError


class Exit(IntEnum):
    """What the shell gets."""

    OK = 0
    FAILED = 1  # it was refused, or a task failed
    USAGE = 2  # the command line, or a parameter in it, is wrong
    UNREACHABLE = 3  # no daemon answers
    NOT_FOUND = 4  # no such task, device or account
    CONFLICT = 5  # it cannot be done in the state that things are in
    TIMED_OUT = 6  # waited as long as allowed


_BY_CODE: Final = {
    Code.INVALID: Exit.USAGE,
    Code.SCRIPT_MISSING: Exit.USAGE,
    Code.SCRIPT_UNSUPPORTED: Exit.USAGE,
    Code.NOT_FOUND: Exit.NOT_FOUND,
    Code.CONFLICT: Exit.CONFLICT,
}


def exit_for(error: Exception) -> Exit:
    """The exit code for a refusal or a failed conversation."""
    if isinstance(error, RequestError):
        return _BY_CODE.get(error.failure.code, Exit.FAILED)
    if isinstance(error, ControlError) and not isinstance(error, AnswerLostError):
        return Exit.UNREACHABLE
    return Exit.FAILED
