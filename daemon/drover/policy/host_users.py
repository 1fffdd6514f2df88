"""Who else may work on this machine: people with their own account, as hosts tell them from services. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

FIRST: Final = {"darwin": 501}
"""The first uid that the system gives to people, where that is not `FIRST_USUALLY`."""

FIRST_USUALLY: Final = 1000
"""UID_MIN of login.defs, on every common distribution."""

NOT_PEOPLE: Final = range(60_001, 65_536)
"""Between UID_MAX of login.defs and the end of 16 bits: systemd's dynamic users, and nobody."""

NO_LOGIN: Final = frozenset({"nologin", "false", "true", "sync", "shutdown", "halt", "git-shell"})
"""What stands where a login shell would, of users that do not log in."""


@dataclass(frozen=True, kw_only=True)
class HostUser:
    """A row of the host's user database, and whether a session of that user is open."""

    name: str
    uid: int
    shell: str
    logged_in: bool = False


def others(users: Iterable[HostUser], *, own_uid: int, platform: str) -> list[str]:
    """The names of people other than ours who can or do work here, in the order of uids; never root, who may do all."""
    found = {user.uid: user.name for user in users if user.uid not in (0, own_uid) and _is_person(user, platform)}
    return [name for _uid, name in sorted(found.items())]


def _is_person(user: HostUser, platform: str) -> bool:
    if user.logged_in:
        return True
    shell = user.shell.rpartition("/")[2]
    return user.uid >= FIRST.get(platform, FIRST_USUALLY) and user.uid not in NOT_PEOPLE and shell not in NO_LOGIN
