"""Whether an app takes the texts of a post: their characters and their lengths. Pure.

Of a caption with choices the longest outcome decides, because any task may get it. Title and description count in one,
as for a form with one field: which form the app shows is known on the phone only.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from drover.policy.captions import Caption, extremes, utf16_units
from drover.wire.media import MediaKind
from drover.wire.post import PostConfig, TextLimit

_NOT_TYPED: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""What no field takes as it is, or no UI hierarchy can show when the text is read back; not tab and line breaks."""
_NOT_ON_A_LINE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
"""The same for a field of one line."""

_HASHTAG: Final = re.compile(r"(?:^|(?<=\s))#\S")
_COUNTED: Final = "an emoji counts 2 or more, as in the app"


def limit_for(limits: Sequence[TextLimit], platform: str, kind: MediaKind) -> TextLimit:
    """What the app takes; raises LookupError where no line of the table speaks of it."""
    for limit in limits:
        if limit.platform == platform and limit.kind in (None, kind):
            return limit
    raise LookupError(f"limits.toml says nothing of the texts of {kind} on {platform}")


def misfit(config: PostConfig, limit: TextLimit) -> str:
    """Why the app cannot take a text of this configuration, as `field: why`; "" if it can."""
    whys = {
        "captions": caption_misfit(config.captions, limit),
        "sound_name": sound_misfit(config.sound_name, limit),
        "custom_sound_keyword": sound_misfit(config.custom_sound_keyword, limit),
        "product_name": _odd_character(config.product_name.strip(), _NOT_ON_A_LINE),
    }
    return next((f"{field}: {why}" for field, why in whys.items() if why), "")


def caption_misfit(written: str, limit: TextLimit) -> str:
    """Why the app cannot take every caption that may come of what is written; "" if it can."""
    return _odd_character(written, _NOT_TYPED) or outcome_misfit(extremes(written), limit)


def outcome_misfit(outcomes: Iterable[Caption], limit: TextLimit) -> str:
    """Why the app cannot take every one of these captions; "" if it can."""
    found = list(outcomes)
    longest = max(utf16_units(one.joined) for one in found)
    if limit.caption and longest > limit.caption:
        return _too_long("", longest, limit.caption, limit)
    title = max(utf16_units(one.title) for one in found)
    if limit.title and title > limit.title:
        return _too_long("its title ", title, limit.title, limit)
    hashtags = max(len(_HASHTAG.findall(one.joined)) for one in found)
    if limit.hashtags and hashtags > limit.hashtags:
        return f"has up to {hashtags} hashtags; {limit.app} takes at most {limit.hashtags}"
    return ""


def sound_misfit(name: str, limit: TextLimit) -> str:
    """Why a sound cannot be looked for by this name; "" if it can."""
    name = name.strip()
    if odd := _odd_character(name, _NOT_ON_A_LINE):
        return odd
    count = utf16_units(name)
    return f"has {count} characters, expected at most {limit.sound}" if limit.sound and count > limit.sound else ""


def _too_long(what: str, count: int, most: int, limit: TextLimit) -> str:
    return f"{what}has up to {count} characters ({_COUNTED}); {limit.app} takes at most {most}"


def _odd_character(text: str, refused: re.Pattern[str]) -> str:
    """Where the first character stands that is refused, counted from 1, and what it is; "" if there is none."""
    odd = refused.search(text)
    if odd is None:
        return ""
    code, line = ord(odd[0]), text.count("\n", 0, odd.start()) + 1
    kind = "half a character" if 0xD800 <= code <= 0xDFFF else "the control character"
    if code in (0x2028, 0x2029, 0xFFFE, 0xFFFF):
        kind = "the character"
    return f"character {odd.start() + 1} (line {line}) is {kind} U+{code:04X}, which the app cannot take"
