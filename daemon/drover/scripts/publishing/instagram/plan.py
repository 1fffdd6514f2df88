"""What of `post` Instagram can do, and where a publication goes. Pure."""

from typing import Final

from drover.apps import load
from drover.apps.composer import Destination
from drover.policy.captions import Caption
from drover.scripts.context import ScriptFailed
from drover.scripts.publishing.sound_choice import Wish, added, is_link, named, wrong_link
from drover.scripts.publishing.volumes import DEFAULT
from drover.wire.media import MediaKind
from drover.wire.post import PostConfig
from drover.wire.tasks import Reason

MOST_PICTURES: Final = 20


def destination(config: PostConfig, kind: MediaKind) -> Destination:
    """A story where one is asked for; else a reel for a video, and the feed for pictures."""
    if config.placement == "story":
        return Destination.STORY
    return Destination.REEL if kind is MediaKind.VIDEO else Destination.FEED


def wish(config: PostConfig) -> Wish | None:
    """The sound that is looked for in the app's own list; None where there is none, or a link opens its page."""
    if config.post_way != "useSound":
        return added(config)
    return None if by_link(config) else named(config)


def by_link(config: PostConfig) -> bool:
    """Whether the post begins on the page of a sound."""
    return config.post_way == "useSound" and is_link(config.sound_name)


def refuse_impossible(config: PostConfig, words: Caption, count: int) -> None:
    """Raise ScriptFailed `rejected`, naming the field, for what Instagram or Drover on Instagram cannot do."""
    why = _why_not(config, words, count)
    if why:
        raise ScriptFailed(
            Reason.REJECTED, f"{why}. Nothing was done on the phone; correct it and create the task again."
        )


def _why_not(config: PostConfig, words: Caption, count: int) -> str:
    why = _why_no_sound(config)
    if why:
        return why
    if config.add_product_link:
        return "add_product_link: is for TikTok; leave it at 0 for Instagram"
    if config.placement == "story":
        return _why_no_story(words, count)
    if count > MOST_PICTURES:
        return f"image_count: Instagram takes at most {MOST_PICTURES} pictures in one post, and there are {count}"
    return ""


def _why_no_sound(config: PostConfig) -> str:
    """What of a sound does not go together, or has no control on Instagram's screens."""
    story, pictures = config.placement == "story", config.content_type == 1
    if config.post_way == "useSound" and config.add_sound in ("0", "custom"):
        return f"add_sound: {config.add_sound} does not go with post_way useSound, which has its own; leave it at -1"
    if by_link(config):
        if story or pictures:
            return (
                "sound_name: Instagram makes a reel of what begins with a sound's link; give the sound's name instead"
            )
        return wrong_link(load("instagram"), config.sound_name.strip())
    return _why_no_volumes(config, story=story, pictures=pictures) if wish(config) is not None else ""


def _why_no_volumes(config: PostConfig, *, story: bool, pictures: bool) -> str:
    """A reel has sliders for both sounds, a story can only be muted, pictures have nothing of the kind."""
    kind = "a story" if story else "pictures"
    muted = story and not pictures and config.origin_sound_volume == 0
    if not (story or pictures):
        return ""
    if config.add_sound_volume != DEFAULT:
        return f"add_sound_volume: Instagram sets no volume of a sound for {kind}; leave it at {DEFAULT}"
    if config.origin_sound_volume != DEFAULT and not muted:
        or_mute = ", or 0 to mute the video" if story and not pictures else ""
        return f"origin_sound_volume: Instagram sets no volumes for {kind}; leave it at {DEFAULT}{or_mute}"
    return ""


def _why_no_story(words: Caption, count: int) -> str:
    if words.joined:
        return "captions: a story has no caption; leave it empty, or set placement to reel"
    if count > 1:
        return f"image_count: a story takes one picture, and there are {count}; create a task for each"
    return ""
