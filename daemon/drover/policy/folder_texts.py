"""Captions and sounds from files next to a folder's media: which a task still needs, and which line it gets. Pure.

The request's own values win. Lines are given in turn, so that each is used equally often; a task keeps what it got.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from drover.policy.post_texts import caption_misfit, sound_misfit
from drover.wire.media import TaskMedia
from drover.wire.post import PostConfig, TextLimit

CAPTIONS: Final = "caption.txt"
SOUND_NAMES: Final = "sound_names.txt"
SOUND_URLS: Final = "sound_urls.txt"
MAX_CAPTION_CHARS: Final = 10_000
MAX_SOUND_CHARS: Final = 500

_BETWEEN: Final = "###"
_NEEDED_BY: Final = {"sound_name": "post_way useSound", "custom_sound_keyword": "add_sound custom"}

Turn = Callable[[str], int]
"""How many lines of the file of this path were given out before; counts one more."""


@dataclass(frozen=True, kw_only=True)
class FolderTexts:
    """What the files of texts in one folder say, by their names; `path` is the folder's."""

    path: str
    lines: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])


def wanted_files(config: PostConfig, platform: str) -> tuple[str, ...]:
    """The files of texts that this task may need, for sounds the preferred first; none but for a folder's files."""
    if not config.from_folder:
        return ()
    has_caption = platform != "instagram" or config.placement != "story"
    found = [CAPTIONS] if has_caption and not config.captions.strip() else []
    if config.post_way == "useSound" and not config.sound_name:
        # A link names one sound and no other; on Instagram only a reel can begin with one.
        takes_link = platform != "instagram" or (config.placement == "reel" and config.content_type == 0)
        found += [SOUND_URLS, SOUND_NAMES] if takes_link else [SOUND_NAMES]
    elif config.add_sound == "custom" and not config.custom_sound_keyword:
        found.append(SOUND_NAMES)
    return tuple(found)


def lines_of(name: str, text: str) -> tuple[str, ...]:
    """The texts that a file of this name holds; raises ValueError for one that is too long.

    A line each, without spaces around it and without empty ones. Captions of several lines stand between lines that
    hold nothing but `###`.
    """
    parts = text.splitlines()
    if name == CAPTIONS and any(line.strip() == _BETWEEN for line in parts):
        parts = _blocks(parts)
    most = MAX_CAPTION_CHARS if name == CAPTIONS else MAX_SOUND_CHARS
    found = tuple(part.strip() for part in parts if part.strip())
    for number, part in enumerate(found, start=1):
        if len(part) > most:
            raise ValueError(f"text {number} has {len(part)} characters, expected at most {most}")
    return found


def refuse_unfit(name: str, texts: Sequence[str], limit: TextLimit) -> None:
    """Raise ValueError for the first text of this file that the app cannot take."""
    misfit = caption_misfit if name == CAPTIONS else sound_misfit
    for number, part in enumerate(texts, start=1):
        if why := misfit(part, limit):
            raise ValueError(f"text {number}: {why}; correct the file, then retry")


def _blocks(parts: Iterable[str]) -> list[str]:
    blocks = [""]
    for line in parts:
        if line.strip() == _BETWEEN:
            blocks.append("")
        else:
            blocks[-1] += f"{line}\n"
    return blocks


def take(
    config: PostConfig, platform: str, texts: FolderTexts | None, earlier: TaskMedia | None, turn: Turn
) -> TaskMedia:
    """The texts of a task that begins (without its files): those of an earlier attempt, else the next of each file."""
    took = earlier or TaskMedia()
    found = {name: text for name in _FIELDS if (text := getattr(took, name))}
    if texts is None:
        return msgspec.structs.replace(took, files=[])
    for name in wanted_files(config, platform):
        target = _target(config, name)
        if target not in found and (lines := texts.lines.get(name)):
            found[target] = lines[turn(f"{texts.path}/{name}") % len(lines)]
    return msgspec.convert(found, TaskMedia)


_FIELDS: Final = ("captions", "sound_name", "custom_sound_keyword")


def _target(config: PostConfig, name: str) -> str:
    """The parameter that a file's line stands in for."""
    if name == CAPTIONS:
        return "captions"
    return "sound_name" if config.post_way == "useSound" else "custom_sound_keyword"


def missing(config: PostConfig, took: TaskMedia, folder: str) -> str:
    """What neither the request nor a file says though the task needs it, and what to do; "" where nothing is."""
    if config.post_way == "useSound" and not (config.sound_name or took.sound_name):
        return _missing("sound_name", f"{SOUND_URLS} or {SOUND_NAMES}", folder)
    if config.add_sound == "custom" and not (config.custom_sound_keyword or took.custom_sound_keyword):
        return _missing("custom_sound_keyword", SOUND_NAMES, folder)
    return ""


def _missing(parameter: str, files: str, folder: str) -> str:
    needed = _NEEDED_BY[parameter]
    return f"{parameter}: is needed by {needed}; the request gives none, and neither does {files} in {folder}"


def with_texts(script_config: dict[str, Any], media: TaskMedia | None) -> dict[str, Any]:
    """The configuration as an attempt gets it: what was requested, and the texts that were taken where it says none."""
    took = {} if media is None else {name: getattr(media, name) for name in _FIELDS if getattr(media, name)}
    return {**script_config, **took}


def shown(media: TaskMedia) -> dict[str, Any]:
    """The texts that were taken, for a log line."""
    return {name: value for name, value in msgspec.structs.asdict(media).items() if name in _FIELDS and value}
