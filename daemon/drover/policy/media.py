"""Which files an attempt of `post` publishes, what an app takes, and what becomes of a choice when a task ends.

An account gets no file twice: what it used or has reserved is no candidate. The store asks inside its transaction.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal

from drover.wire.media import MediaFacts, MediaFile, MediaKind, MediaLimit
from drover.wire.post import PostConfig, tags
from drover.wire.tasks import Effect, Status

KINDS: Final = {0: MediaKind.VIDEO, 1: MediaKind.IMAGE}
"""By `content_type`."""

_PLURALS: Final = {MediaKind.VIDEO: "videos", MediaKind.IMAGE: "pictures"}
_SINGULARS: Final = {MediaKind.VIDEO: "video", MediaKind.IMAGE: "picture"}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a task is to publish and as whom: the files at `paths`, or `count` of those in the folder or the library."""

    platform: str
    placement: str
    kind: MediaKind
    count: int
    account: str
    source: Literal["list", "folder", "library"]
    tags: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    folder: str = ""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A file that might be published. `key` names its content: two candidates with one key are the same file."""

    key: str
    file: MediaFile
    facts: MediaFacts
    name: str


@dataclass(frozen=True, kw_only=True)
class Stock:
    """How many files there are of the wanted kind and tags, and how many of those the account used or reserved."""

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


def wanted(config: PostConfig, *, platform: str, account: str) -> Wanted:
    """What this configuration asks for, for the account of this key. A given list decides; otherwise the folder or the
    library."""
    kind = KINDS[config.content_type]
    in_folder = config.material_source == "localFolder"
    return Wanted(
        platform=platform,
        placement=config.placement,
        kind=kind,
        count=config.image_count if kind is MediaKind.IMAGE else 1,
        account=account,
        source="list" if config.material_list else "folder" if in_folder else "library",
        tags=tuple(tags(config.materials_tags)),
        paths=tuple(config.material_list),
        folder=config.material_path,
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

    `faults` tell of files that are no candidates because they are broken; `stock` is asked only for a shortage.
    """
    if earlier:
        return list(earlier)
    chosen: dict[str, Candidate] = {}  # by key: two names may lead to one file
    misfits = list(faults)
    for candidate in candidates:
        if len(chosen) == want.count:
            break
        why = misfit(candidate.facts, limit)
        if why:
            misfits.append(f"{candidate.name} {why}")
        else:
            chosen.setdefault(candidate.key, candidate)
    if len(chosen) == want.count:
        return list(chosen.values())
    return Short(_shortage(want, len(chosen), misfits, stock()))


def after(status: Status, effect: Effect) -> UseEnd:
    """What becomes of the reservations of a task that stands there now."""
    if not status.ended:
        return UseEnd.KEEP
    return UseEnd.RELEASE if effect is Effect.NONE else UseEnd.USED


def _shortage(want: Wanted, found: int, misfits: Sequence[str], stock: Stock) -> str:
    """What is missing, why what is there does not count, and what to do."""
    where = f"in the folder {want.folder}" if want.source == "folder" else f"in the library{_tagged(want)}"
    needed = f"{want.count} unused {_noun(want.kind, want.count)}"
    counts = f"{stock.matching} {_noun(want.kind, stock.matching)} there"
    if stock.used:
        counts += f", {stock.used} of them used or reserved by {want.account} already"
    if misfits:
        counts += f", {len(misfits)} of them unusable ({misfits[0]})"
    remedy = (
        "put more files there"
        if want.source == "folder"
        else f"add more: droverctl material add DIR{' --tags ' + ','.join(want.tags) if want.tags else ''}"
    )
    return f"expected {needed} {where}, found {found} ({counts}); {remedy}, then retry"


def _tagged(want: Wanted) -> str:
    return f" with the tag{'s' if len(want.tags) > 1 else ''} {', '.join(want.tags)}" if want.tags else ""


def _noun(kind: MediaKind, count: int) -> str:
    return _SINGULARS[kind] if count == 1 else _PLURALS[kind]


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size < 100e6 else f"{size / 1e6:.0f} MB"
