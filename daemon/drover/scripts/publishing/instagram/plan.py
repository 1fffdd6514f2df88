"""What of `post` Instagram can do, and where a publication goes. Pure."""

from typing import Final

from drover.apps.composer import Destination
from drover.scripts.captions import Caption
from drover.scripts.context import ScriptFailed
from drover.wire.media import MediaKind
from drover.wire.post import PostConfig
from drover.wire.tasks import Reason

MOST_CHARACTERS: Final = 2200
MOST_HASHTAGS: Final = 30
MOST_PICTURES: Final = 20


def destination(config: PostConfig, kind: MediaKind) -> Destination:
    """A story where one is asked for; else a reel for a video, and the feed for pictures."""
    if config.placement == "story":
        return Destination.STORY
    return Destination.REEL if kind is MediaKind.VIDEO else Destination.FEED


def refuse_impossible(config: PostConfig, words: Caption, count: int) -> None:
    """Raise ScriptFailed `rejected`, naming the field, for what Instagram or Drover on Instagram cannot do."""
    why = _why_not(config, words, count)
    if why:
        raise ScriptFailed(
            Reason.REJECTED, f"{why}. Nothing was done on the phone; correct it and create the task anew."
        )


def _why_not(config: PostConfig, words: Caption, count: int) -> str:
    if config.post_way == "useSound":
        return "post_way: useSound is for TikTok; Drover adds no sound on Instagram, so use share or addButton"
    if config.add_sound not in ("-1", "0"):
        return f"add_sound: {config.add_sound} is for TikTok; Drover adds no sound on Instagram, so leave it at -1"
    if config.add_product_link:
        return "add_product_link: is for TikTok; leave it at 0 for Instagram"
    if config.placement == "story":
        return _why_no_story(words, count)
    if count > MOST_PICTURES:
        return f"image_count: Instagram takes at most {MOST_PICTURES} pictures in one post, and there are {count}"
    return _why_no_caption(words.joined)


def _why_no_story(words: Caption, count: int) -> str:
    if words.joined:
        return "captions: a story has no caption; leave it empty, or set placement to reel"
    if count > 1:
        return f"image_count: a story takes one picture, and there are {count}; create a task for each"
    return ""


def _why_no_caption(text: str) -> str:
    if len(text) > MOST_CHARACTERS:
        return f"captions: Instagram takes at most {MOST_CHARACTERS} characters, and this has {len(text)}"
    tags = sum(1 for word in text.split() if word.startswith("#") and len(word) > 1)
    if tags > MOST_HASHTAGS:
        return f"captions: Instagram takes at most {MOST_HASHTAGS} hashtags, and this has {tags}"
    return ""
