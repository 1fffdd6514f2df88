"""What a lease's holder wants of its phone, on its way to the worker and back; part of the worker's conversation."""

from enum import StrEnum
from typing import Any

import msgspec


class _Direct(msgspec.Struct, frozen=True, kw_only=True):
    """Done as soon as nothing runs on the phone, unless `timeout_s` have passed by then; answered by DirectAnswered.

    Large results lie in `folder`, in a file whose name begins with the request's id.
    """

    request_id: int
    timeout_s: float
    folder: str


class DirectRpc(_Direct, frozen=True, kw_only=True, tag="direct_rpc"):
    """A method of UIAutomator2's JSON-RPC, sent once; the result is JSON."""

    method: str
    params: list[Any] = []


class DirectHierarchy(_Direct, frozen=True, kw_only=True, tag="direct_hierarchy"):
    """The UI tree as XML."""


class DirectScreenshot(_Direct, frozen=True, kw_only=True, tag="direct_screenshot"):
    """The screen as PNG."""


class DirectAdb(_Direct, frozen=True, kw_only=True, tag="direct_adb"):
    """An adb command; the result is its output, as text."""

    args: list[str]


class DirectCheck(_Direct, frozen=True, kw_only=True, tag="direct_check"):
    """The screen compared with an app's data, as JSON of ScreenCheck; `platform` "" is the app in the foreground."""

    platform: str


DirectCall = DirectRpc | DirectHierarchy | DirectScreenshot | DirectAdb | DirectCheck


class DirectEnded(msgspec.Struct, frozen=True, kw_only=True, tag="direct_ended"):
    """The lease is over: have the phone as tasks expect it."""


class DirectEnd(StrEnum):
    """How a direct call ended."""

    DONE = "done"  # here is what it gave
    REFUSED = "refused"  # the phone took it and refused, or cannot do this
    NOT_DONE = "not_done"  # nothing happened on the phone
    UNCERTAIN = "uncertain"  # it was sent, and no one can tell what happened


class DirectAnswered(msgspec.Struct, frozen=True, kw_only=True, tag="direct_answered"):
    """Answers a direct call. Without `why`, what it gave is in `data` or in the file of this path."""

    request_id: int
    end: DirectEnd
    data: bytes = b""
    path: str = ""
    why: str = ""
