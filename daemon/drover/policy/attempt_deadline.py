"""How long one attempt may take. Pure."""

from collections.abc import Mapping
from typing import Any, Final

_WAITS: Final = ("upload_wait_time", "sound_wait_time")
"""Seconds that a task itself allows for what is not in our hands."""


def attempt_s(script_config: Mapping[str, Any], allowed_s: float) -> float:
    """What the configuration allows every attempt, and on top the waits that this task asks for."""
    return allowed_s + sum(float(script_config.get(name) or 0) for name in _WAITS)
