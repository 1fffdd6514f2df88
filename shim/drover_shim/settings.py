"""What the shim is told when it starts. Values only."""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Settings:
    """`allowed_hosts` are names that Host may carry besides the loopback ones; the rest caps a body."""

    allowed_hosts: tuple[str, ...] = field(default=())
    max_body_bytes: int = 8 * 1024 * 1024
    max_upload_bytes: int = 4_000_000_000
    max_depth: int = 64
    max_items: int = 1_000_000
