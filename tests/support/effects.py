"""What the simulated apps' servers counted: the judge of "never twice"."""

from tests.support.phones import StateClient


def effects(phones: StateClient, serial: str, kind: str, target: str) -> int:
    """How often `kind` happened to `target` on this phone."""
    rows = phones.state(serial)["effects"]
    return sum(row["count"] for row in rows if (row["kind"], row["target"]) == (kind, target))
