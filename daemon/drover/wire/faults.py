"""The codes with which a request is answered: one table is the single source for shim, daemon and ctl."""

from enum import IntEnum
from typing import Any

import msgspec


class Code(IntEnum):
    """Envelope codes of the REST contract. The HTTP status is always `code // 100`, success aside."""

    SUCCESS = 0
    INVALID = 40001  # a parameter is wrong; the message names the field and what was expected
    SCRIPT_MISSING = 40002  # script_name missing
    SCRIPT_UNSUPPORTED = 40003  # the script is not available through the API
    TOKEN = 40101  # token missing or wrong
    PLAN = 40301  # the plan has no API access
    GUARD = 40302  # refused by the browser guard, or on a Unix socket as another user
    LEASE = 40303  # no live lease on that device under this x-session-id
    NOT_FOUND = 40401  # task, device, account or route
    METHOD = 40501  # method not allowed
    SLOW = 40801  # the request did not arrive in time
    CONFLICT = 40901  # data says with what
    TOO_LARGE = 41301  # body too large
    NOT_JSON = 41501  # body is not application/json
    TOO_MANY = 42901  # too many connections or event clients
    INTERNAL = 50001  # the message carries an id that is in the log
    UNAVAILABLE = 50301  # cannot accept now, e.g. disk full or draining

    @property
    def http_status(self) -> int:
        return self // 100 or 200


class Failure(msgspec.Struct, frozen=True, kw_only=True, tag="failure"):
    """The answer to a request that was not carried out: nothing of it was, unless the message says how much."""

    code: Code
    message: str
    data: dict[str, Any] | None = None
    retry_after_s: int | None = None


class RequestError(Exception):
    """Raised where a request is refused; carries the Failure that answers it."""

    def __init__(
        self, code: Code, message: str, data: dict[str, Any] | None = None, retry_after_s: int | None = None
    ) -> None:
        super().__init__(message)
        self.failure = Failure(code=code, message=message, data=data, retry_after_s=retry_after_s)
