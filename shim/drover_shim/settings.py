"""The settings of the gateway. Values only."""

from dataclasses import dataclass, field

from drover.token_file import WatchedToken


@dataclass(frozen=True, kw_only=True)
class Settings:
    """`allowed_hosts` are names that Host may carry, other than the loopback ones; without `token` none is asked for.

    `heartbeat_s` is how long an event stream may be silent; the rest caps a body.
    """

    allowed_hosts: tuple[str, ...] = field(default=())
    token: WatchedToken | None = None
    heartbeat_s: float = 15.0
    max_body_bytes: int = 8 * 1024 * 1024
    max_upload_bytes: int = 4_000_000_000
    max_depth: int = 64
    max_items: int = 1_000_000
