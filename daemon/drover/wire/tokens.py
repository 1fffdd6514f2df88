"""The API's token."""

import msgspec


class ShowToken(msgspec.Struct, frozen=True, kw_only=True, tag="show_token"):
    """Ask for the API's token; it is made if there is none yet."""


class RotateToken(msgspec.Struct, frozen=True, kw_only=True, tag="rotate_token"):
    """Make a new token; the old one is dead when this is answered."""


class ApiToken(msgspec.Struct, frozen=True, kw_only=True, tag="api_token"):
    """The token and where it lies; `required` says whether the API asks for it as it is configured now."""

    token: str
    path: str
    required: bool
