"""The server side of a social app: users, its accounts on one phone, relations, posts, every effect that was caused.

It knows nothing of screens. Users are made by rule, so any plausible handle exists with the same attributes always.
A handle's leading words set traits, and they combine (`private_slow_anna`):

| word         | the user                                                       |
|--------------|----------------------------------------------------------------|
| `private_`   | is private: a follow becomes a request                         |
| `followed_`  | is followed by every account of this phone from the start      |
| `requested_` | is private and was already asked                               |
| `friend_`    | follows us and is followed                                     |
| `followsme_` | follows us: the button says "Follow back"                      |
| `verified_`  | has the blue tick                                              |
| `suggests_`  | shows suggested accounts with Follow buttons of their own      |
| `slow_`      | takes 2 s to load                                              |
| `late_`      | shows a follow's new label 2 s after the tap                   |
| `ignored_`   | swallows the tap on Follow: nothing happens                    |
| `limited_`   | answers a follow with "You're following too fast"              |
| `missing_`   | does not exist                                                 |
| `banned_`    | was banned: the profile says so and has no buttons             |
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from random import Random
from typing import Any

import msgspec

from phonesim.posts import Post
from phonesim.shops import sold_by

TRAITS = frozenset(
    {"private", "followed", "requested", "friend", "followsme", "verified", "suggests"}
    | {"slow", "late", "ignored", "limited", "missing", "banned"}
)
HANDLE = re.compile(r"[A-Za-z0-9._]{2,30}")

_FIRST = ("Ada", "Bea", "Carla", "Dario", "Elif", "Femi", "Greta", "Hugo", "Inès", "Kaja", "Léa", "Milo", "Théo", "Uma")
_LAST = ("Arvin", "Bellora", "Castide", "Dumora", "Ekwen", "Farelli", "Gondal", "Hirose", "Ivarra", "Lemaire", "Nadir")
_BIOS = ("Small films, big coffee", "Baker · Lyon", "Trail runs and maps", "I draw cats", "Vinyl on Sundays", "")


class Relation(StrEnum):
    """How the active account stands to a user."""

    NONE = "none"
    FOLLOWED_BY = "followed_by"  # they follow us
    REQUESTED = "requested"  # we asked a private user
    FOLLOWING = "following"
    FRIENDS = "friends"  # both


class User(msgspec.Struct, frozen=True, kw_only=True):
    """What the server says of a user; the same handle always gives the same user."""

    handle: str
    name: str
    bio: str
    following: int
    followers: int
    likes: int
    traits: frozenset[str]

    @property
    def private(self) -> bool:
        return bool(self.traits & {"private", "requested"})


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that others can see, with the monotonic time at which it happened, in seconds."""

    kind: str
    target: str
    account: str
    at: float


# What a tap on the button does: (kind of effect, relation before) -> after. A pair that is absent changes nothing.
TRANSITIONS: Mapping[tuple[str, Relation], Relation] = {
    ("follow", Relation.NONE): Relation.FOLLOWING,
    ("follow", Relation.FOLLOWED_BY): Relation.FRIENDS,
    ("unfollow", Relation.FOLLOWING): Relation.NONE,
    ("unfollow", Relation.FRIENDS): Relation.FOLLOWED_BY,
    ("unfollow", Relation.REQUESTED): Relation.NONE,
}

_OF_USERS = frozenset({"follow", "unfollow", "like"})
"""The effects whose target is a handle."""

_INITIAL: tuple[tuple[str, Relation], ...] = (
    ("friend", Relation.FRIENDS),
    ("followed", Relation.FOLLOWING),
    ("requested", Relation.REQUESTED),
    ("followsme", Relation.FOLLOWED_BY),
)


def normal(handle: str) -> str:
    """Handles are compared without their @ and in lower case."""
    return handle.strip().removeprefix("@").lower()


def traits_of(handle: str) -> frozenset[str]:
    """The reserved words that a handle begins with."""
    found: set[str] = set()
    for word in normal(handle).split("_"):
        if word not in TRAITS:
            break
        found.add(word)
    return frozenset(found)


def user(handle: str) -> User | None:
    """The user of this handle; None if no user can have it or none has it."""
    name = normal(handle)
    traits = traits_of(name)
    if not HANDLE.fullmatch(name) or "missing" in traits:
        return None
    dice = _dice(name)
    return User(
        handle=name,
        name=f"{dice.choice(_FIRST)} {dice.choice(_LAST)}",
        bio=dice.choice(_BIOS),
        following=dice.randrange(3, 1800),
        followers=int(10 ** dice.uniform(1, 6.8)),
        likes=int(10 ** dice.uniform(1.5, 8)),
        traits=traits,
    )


def lookalikes(handle: str) -> tuple[str, ...]:
    """Handles that a search for this one also brings, each of another user."""
    name = normal(handle)[:26]
    spelled = (f"{name}1", f"{name}_fr", f"real.{name}"[:30], f"{name}s", f"the{name}"[:30])
    return tuple(other for other in spelled if HANDLE.fullmatch(other))


def search_users(query: str) -> tuple[User, ...]:
    """Who a search for this brings: the user of exactly that handle, if any, somewhere among lookalikes."""
    name = normal(query)
    handle = re.sub(r"[^a-z0-9._]", "", name)
    others = [found for other in lookalikes(handle) if (found := user(other)) is not None]
    exact = user(handle)
    if exact is not None:
        others.insert(_dice(f"rank:{handle}").randrange(3), exact)
    return tuple(others)


def creator(position: int) -> User:
    """Whose video stands at this position of the feed."""
    dice = _dice(f"feed:{position}")
    first, last = dice.choice(_FIRST), dice.choice(_LAST)
    plain = unicodedata.normalize("NFKD", f"{first}.{last}").encode("ascii", "ignore").decode().lower()
    found = user(plain)
    if found is None:
        raise LookupError(f"the feed made a handle that no user can have: {plain!r}")
    return found


def _dice(key: str) -> Random:
    return Random(int.from_bytes(hashlib.sha256(key.encode()).digest()[:8]))


class World:
    """The accounts of one app on one phone and what they did. Not thread-safe: its display holds the lock.

    `names` are what the accounts are called before the serial; two or three of them are logged in.
    """

    def __init__(
        self,
        serial: str,
        *,
        seed: int,
        clock: Callable[[], float],
        app: str = "tiktok",
        names: tuple[str, str, str] = ("demo", "shop", "studio"),
    ) -> None:
        self._clock = clock
        self._app = app
        self._relations: dict[tuple[str, str], Relation] = {}
        self._taps: dict[tuple[str, str, str], int] = {}
        self.effects: list[Effect] = []
        self.posts: list[Post] = []
        self.drafts: list[Post] = []
        self.on_its_way: Callable[[], Sequence[Post]] = tuple
        """What the app uploads now; the app puts its own here."""
        self.send: Callable[[Post], None] = self.publish
        """Sends a post off as if a person had made it on the phone; the app puts its own here."""
        tail = re.sub(r"[^a-z0-9]", "", serial.lower())[-8:] or "phone"
        count = 2 + _dice(f"{seed}:{serial}").randrange(2)
        self.accounts: tuple[str, ...] = tuple(f"{kind}_{tail}" for kind in names[:count])
        self.active = self.accounts[0]

    def switch(self, account: str) -> None:
        """Make another account of this phone the active one."""
        if account not in self.accounts:
            raise ValueError(f"{account!r} is not logged in; there are {', '.join(self.accounts)}")
        self.active = account

    def relation(self, handle: str) -> Relation:
        """How the active account stands to this user now."""
        target = normal(handle)
        known = self._relations.get((self.active, target))
        if known is not None:
            return known
        traits = traits_of(target)
        return next((relation for trait, relation in _INITIAL if trait in traits), Relation.NONE)

    def follow(self, handle: str) -> bool:
        """Follow or, if they are private, ask to; False if it changed nothing."""
        found = user(handle)
        after = TRANSITIONS.get(("follow", self.relation(handle)))
        if found is None or after is None:
            return False
        return self._change("follow", found.handle, Relation.REQUESTED if found.private else after)

    def unfollow(self, handle: str) -> bool:
        """Unfollow or take back a request; False if it changed nothing."""
        after = TRANSITIONS.get(("unfollow", self.relation(handle)))
        return after is not None and self._change("unfollow", normal(handle), after)

    def like(self, handle: str) -> None:
        """Like a user's video."""
        self._record("like", normal(handle))

    def publish(self, post: Post) -> None:
        """Something is published for the account that made it: an effect `post`, or `story` for a story."""
        self.posts.append(post)
        kind = "story" if post.placement == "story" else "post"
        self.effects.append(Effect(kind=kind, target=post.target, account=post.account, at=self._clock()))

    def delete(self, post: Post) -> None:
        """A person takes a post down; that it was published stays counted."""
        self.posts.remove(post)

    def keep_draft(self, draft: Post) -> None:
        """Something is kept on the phone instead of being published: no effect."""
        self.drafts.append(draft)

    def drafts_of(self, account: str) -> list[Post]:
        """Newest first."""
        return [draft for draft in self.drafts if draft.account == account][::-1]

    def posts_of(self, account: str, *, placement: str = "") -> list[Post]:
        """What an account published, newest first; only in one placement, if it is given."""
        found = (post for post in self.posts if post.account == account and placement in ("", post.placement))
        return list(found)[::-1]

    def tapped(self, kind: str, target: str) -> None:
        """Count a touch on a control that asks for an effect, whether or not it causes one.

        `target` is a handle, for posts the name of the first file.
        """
        key = (kind, normal(target) if kind in _OF_USERS else target, self.active)
        self._taps[key] = self._taps.get(key, 0) + 1

    def _change(self, kind: str, target: str, after: Relation) -> bool:
        self._relations[(self.active, target)] = after
        self._record(kind, target)
        return True

    def _record(self, kind: str, target: str) -> None:
        self.effects.append(Effect(kind=kind, target=target, account=self.active, at=self._clock()))

    def state(self) -> dict[str, list[dict[str, Any]]]:
        """JSON-ready, each row with the app's name: accounts; effects and touches counted; relations that were
        changed; effects in their order; what was published, is being uploaded, was kept as a draft; what the accounts
        sell."""
        counts: dict[tuple[str, str, str], int] = {}
        for effect in self.effects:
            key = (effect.kind, effect.target, effect.account)
            counts[key] = counts.get(key, 0) + 1
        rows = {
            "accounts": [{"username": name, "active": name == self.active} for name in self.accounts],
            "effects": _counted(counts),
            "taps": _counted(self._taps),
            "relations": [
                {"account": account, "target": target, "relation": relation.value}
                for (account, target), relation in self._relations.items()
            ],
            "effect_log": [msgspec.to_builtins(effect) for effect in self.effects],
            "posts": [post.state() for post in self.posts],
            "uploads": [post.state() for post in self.on_its_way()],
            "drafts": [draft.state() for draft in self.drafts],
            "products": [
                {"account": account, "name": product.name, "price": product.price}
                for account in self.accounts
                for product in sold_by(account) or ()
            ],
        }
        return {key: [{"app": self._app, **row} for row in found] for key, found in rows.items()}


def _counted(counts: Mapping[tuple[str, str, str], int]) -> list[dict[str, Any]]:
    return [
        {"kind": kind, "target": target, "account": account, "count": count}
        for (kind, target, account), count in counts.items()
    ]
