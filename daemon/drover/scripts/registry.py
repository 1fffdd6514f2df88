"""Which scripts there are: name -> how to make one from a task's stored configuration."""

from collections.abc import Mapping
from typing import Any, Final

from drover.scripts.context import Script, ScriptFactory
from drover.scripts.follow import Follow
from drover.scripts.post import Post
from drover.scripts.unfollow import Unfollow

SCRIPTS: Final[Mapping[str, ScriptFactory]] = {"follow": Follow, "unfollow": Unfollow, "post": Post}


def make(name: str, config: dict[str, Any]) -> Script:
    """The script; raises LookupError for a name that does not exist and msgspec.ValidationError for its config."""
    factory = SCRIPTS.get(name)
    if factory is None:
        raise LookupError(f"no script {name!r}; there are {', '.join(SCRIPTS)}")
    return factory(config)
