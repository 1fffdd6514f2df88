"""The task that every peer runs: it does nothing, and says when."""

from typing import Any

from tests.bench import steps


def noop(config: dict[str, Any]) -> None:
    """Called in the peer's worker with the `script_config` of the request."""
    steps.say(str(config["target_user"]))
