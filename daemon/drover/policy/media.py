"""Which files an attempt of `post` publishes, what an app takes, and what becomes of a choice when a task ends.

A file is published once, or once by each account: what was used or is reserved is no candidate. The store asks inside
its transaction.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal

from drover.policy.pace import handle_of, phone_of
from drover.wire.faults import Code, RequestError
from drover.wire.materials import MAX_TAGS
from drover.wire.media import MediaFacts, MediaFile, MediaKind, MediaLimit
from drover.wire.post import TAG, PostConfig, tags
from drover.wire.tasks import Effect, Status

KINDS: Final = {0: MediaKind.VIDEO, 1: MediaKind.IMAGE}
"""By `content_type`."""

Reuse = Literal["once", "per_account"]
"""Whether a file that was published is chosen again: by no account, or by each other one."""

_KEY: Final = re.compile("[:#]")
"""What parts an account's key into platform and name; `#` stands before a phone's serial."""

_PLURALS: Final = {MediaKind.VIDEO: "videos", MediaKind.IMAGE: "pictures"}
_SINGULARS: Final = {MediaKind.VIDEO: "video", MediaKind.IMAGE: "picture"}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a task is to publish and as whom: the files at `paths`, or `count` of those in the folder or the library.

    `once`: what any account used or reserved is no candidate. `handle` is the account's name where it is known; its own
    files lie in the folder `@handle`. `group` names the request, whose tasks share the videos of a list.
    """

    platform: str
    placement: str
    kind: MediaKind
    count: int
    account: str
    source: Literal["list", "folder", "library"]
    tags: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    folder: str = ""
    once: bool = False
    handle: str = ""
    group: str = ""

    @property
    def shares_list(self) -> bool:
        """Whether it gets one of several listed videos, the others being for other tasks of its request."""
        return self.source == "list" and self.kind is MediaKind.VIDEO and len(set(self.paths)) > 1

    @property
    def holder(self) -> str:
        """For whom its files are reserved: the account, or the request among whose tasks a list is shared."""
        return f"group:{self.group}" if self.shares_list else self.account


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A file that might be published. `key` names its content: two candidates with one key are the same file.

    `place` is the folder that it lies in within the task's, "" for that itself.
    """

    key: str
    file: MediaFile
    facts: MediaFacts
    name: str
    place: str = ""


@dataclass(frozen=True, kw_only=True)
class Stock:
    """How many files there are of the wanted kind and tags, and how many of those are used or reserved already."""

    matching: int
    used: int


@dataclass(frozen=True)
class Short:
    """Too few files; `remark` says what is missing and what to do."""

    remark: str


class UseEnd(Enum):
    """What becomes of a task's reservations."""

    KEEP = "keep"  # another attempt may follow, with the same files
    RELEASE = "release"  # nothing was published and nothing will be
    USED = "used"  # it was published, or may have been


def wanted(config: PostConfig, *, platform: str, account: str, group_id: str = "", reuse: Reuse = "once") -> Wanted:
    """What this configuration asks for, for the account of this key. A given list decides; otherwise the folder or the
    library."""
    kind = KINDS[config.content_type]
    return Wanted(
        platform=platform,
        placement=config.placement,
        kind=kind,
        count=config.image_count if kind is MediaKind.IMAGE else 1,
        account=account,
        source="list" if config.material_list else "folder" if config.from_folder else "library",
        tags=tuple(tags(config.materials_tags)),
        paths=tuple(config.material_list),
        folder=config.material_path,
        once=reuse == "once" and not config.material_list,
        handle=handle_of(account),
        group=group_id,
    )


def who(account: str) -> str:
    """An account's key in words; what is none stays as it is."""
    if account.startswith("group:") or not _KEY.search(account):
        return account
    if handle := handle_of(account):
        return f"@{handle} ({account.partition(':')[0]})"
    platform, serial = phone_of(account)
    return f"the {platform} account on phone {serial}"


def too_few(config: PostConfig, tasks: int) -> str:
    """Why so many tasks of one request cannot share its list of videos; "" if they can. One video is for all."""
    files = len(set(config.material_list))
    if config.content_type == 1 or files < 2 or tasks <= files:
        return ""
    return (
        f"{files} videos for {tasks} tasks, and each publishes its own; "
        "give as many as there are tasks, or a single one that all publish"
    )


def limit_for(limits: Sequence[MediaLimit], want: Wanted) -> MediaLimit:
    """What the app takes at that place; raises LookupError where no line of the table speaks of it."""
    for limit in limits:
        if (limit.platform, limit.kind) == (want.platform, want.kind) and limit.placement in ("", want.placement):
            return limit
    raise LookupError(f"limits.toml says nothing of {want.kind} on {want.platform} ({want.placement})")


def misfit(facts: MediaFacts, limit: MediaLimit) -> str:
    """Why the app does not take the file, as the end of a sentence that begins with its name; "" if it does."""
    sides = sorted((facts.width, facts.height))
    if facts.kind is not limit.kind:
        return f"is a {_SINGULARS[facts.kind]} ({facts.media_type}), expected a {_SINGULARS[limit.kind]}"
    if facts.media_type not in limit.media_types:
        return f"is {facts.media_type}; {limit.app} takes {', '.join(limit.media_types)}"
    if limit.max_bytes and facts.size > limit.max_bytes:
        return f"has {_megabytes(facts.size)}; {limit.app} takes at most {_megabytes(limit.max_bytes)}"
    if limit.min_side and sides[0] < limit.min_side:
        return f"has {facts.width}x{facts.height} pixels; {limit.app} takes no side under {limit.min_side}"
    if limit.max_side and sides[1] > limit.max_side:
        return f"has {facts.width}x{facts.height} pixels; {limit.app} takes no side over {limit.max_side}"
    return _mistimed(facts.duration_s, limit)


def _mistimed(duration_s: float | None, limit: MediaLimit) -> str:
    if duration_s is None or (limit.min_s <= duration_s and (not limit.max_s or duration_s <= limit.max_s)):
        return ""
    return f"lasts {duration_s:.1f} s; {limit.app} takes {limit.min_s:.0f} to {limit.max_s:.0f} s"


def too_many(want: Wanted, limit: MediaLimit) -> str:
    """Why the app does not take so many files in one post; "" if it does."""
    if want.count <= limit.most:
        return ""
    return f"{want.count} {_PLURALS[want.kind]} in one post; {limit.app} takes at most {limit.most}"


def choose(
    want: Wanted,
    limit: MediaLimit,
    *,
    earlier: Sequence[Candidate],
    candidates: Iterable[Candidate],
    stock: Callable[[], Stock],
    faults: Sequence[str] = (),
) -> list[Candidate] | Short:
    """The files to publish: those of the task's earlier attempt, else the first candidates that the app takes.

    All of a post lie in one place. `faults` describe files that are no candidates because they are broken; `stock` is
    asked only for a shortage.
    """
    if earlier:
        return list(earlier)
    places: dict[str, dict[str, Candidate]] = {}  # by key: two names may lead to one file
    misfits = list(faults)
    for candidate in candidates:
        chosen = places.setdefault(candidate.place, {})
        why = misfit(candidate.facts, limit)
        if why:
            misfits.append(f"{candidate.name} {why}")
        else:
            chosen.setdefault(candidate.key, candidate)
        if len(chosen) == want.count:
            return list(chosen.values())
    most = max(map(len, places.values()), default=0)
    return Short(_shortage(want, most, misfits, stock()))


def after(status: Status, effect: Effect) -> UseEnd:
    """What becomes of the reservations of a task that stands there now."""
    if not status.ended:
        return UseEnd.KEEP
    return UseEnd.RELEASE if effect is Effect.NONE else UseEnd.USED


def _shortage(want: Wanted, found: int, misfits: Sequence[str], stock: Stock) -> str:
    """What is missing, why what is there does not count, and what to do."""
    where = {"folder": f"in the folder {want.folder}", "list": "in material_list"}.get(
        want.source, f"in the library{_tagged(want)}"
    )
    needed = f"{want.count} unused {_noun(want.kind, want.count)}"
    counts = f"{stock.matching} {_noun(want.kind, stock.matching)} there"
    if stock.used:
        counts += f", {stock.used} of them used or reserved {_by_whom(want)}"
    if misfits:
        counts += f", {len(misfits)} of them unusable ({misfits[0]})"
    return f"expected {needed} {where}, found {found} ({counts}); {_remedy(want)}"


def _by_whom(want: Wanted) -> str:
    if want.shares_list:
        return "by other tasks of the request already"
    if not want.once:
        return f"by {want.account} already"
    return 'already, each for one account alone (reuse = "per_account" in [media] lets every account publish it)'


def _remedy(want: Wanted) -> str:
    if want.source == "list":
        return "create a task with other files"
    if want.source == "folder":
        return "put more files there, then retry"
    return f"add more: droverctl material add DIR{' --tags ' + ','.join(want.tags) if want.tags else ''}, then retry"


def _tagged(want: Wanted) -> str:
    return f" with the tag{'s' if len(want.tags) > 1 else ''} {', '.join(want.tags)}" if want.tags else ""


def _noun(kind: MediaKind, count: int) -> str:
    return _SINGULARS[kind] if count == 1 else _PLURALS[kind]


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size < 100e6 else f"{size / 1e6:.0f} MB"


def library_tags(texts: list[str]) -> list[str]:
    """Tags of the library as they are kept: folded, each once; raises RequestError for what is none."""
    found = list(dict.fromkeys(text.strip().lower() for text in texts if text.strip()))
    for tag in found:
        if not TAG.fullmatch(tag):
            raise RequestError(
                Code.INVALID, f"tags: expected tags of at most 64 characters without commas, got {tag[:80]!r}"
            )
    if len(found) > MAX_TAGS:
        raise RequestError(Code.INVALID, f"tags: expected at most {MAX_TAGS}, got {len(found)}")
    return found
