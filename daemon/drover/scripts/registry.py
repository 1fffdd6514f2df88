"""Which scripts there are: name -> how to make one from a task's stored configuration."""

from collections.abc import Mapping
from typing import Any, Final

from drover.scripts.context import Script, ScriptFactory
from drover.scripts.follow import Follow
from drover.scripts.post import Post
from drover.scripts.unfollow import Unfollow

SCRIPTS: Final[Mapping[str, ScriptFactory]] = {"follow": Follow, "unfollow": Unfollow, "post": Post}

_PLUGINS: Final[dict[str, ScriptFactory]] = {}


def register(name: str, factory: ScriptFactory) -> None:
    """A script of another package; it never takes the place of a built-in one."""
    _PLUGINS[name] = factory


def forget(name: str) -> None:
    """No one knows whose script this would be."""
    _PLUGINS.pop(name, None)


def make(name: str, config: dict[str, Any]) -> Script:
    """The script; raises LookupError for a name that does not exist and msgspec.ValidationError for its config."""
    factory = SCRIPTS.get(name) or _PLUGINS.get(name)
    if factory is None:
        raise LookupError(f"no script {name!r}; there are {', '.join((*SCRIPTS, *_PLUGINS))}")
    return factory(config)
