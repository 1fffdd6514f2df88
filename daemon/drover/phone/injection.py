"""Whether Android refused a touch or a key that came from adb: an exception says so, and then it did not happen."""

import re
from typing import Final

from drover.phone.adb import Output
from drover.phone.engine import InputForbiddenError

_REFUSED: Final = re.compile(r"INJECT_EVENTS|SecurityException[^\n]*\b[Ii]nject")
"""In the words of every version of Android; some makers leave out the permission's name."""


def is_refused(output: str) -> bool:
    """Whether these words of an exception or of `input` say so."""
    return _REFUSED.search(output) is not None


def raise_if_refused(serial: str, output: Output) -> None:
    """Raises InputForbiddenError for what `input` left, whatever its exit code: it is not the same everywhere."""
    if is_refused(output.both):
        raise InputForbiddenError(serial)
