"""The parameters of `post`: what a request may say, field by field, as API.md gives them, and in which spellings."""

import re
from typing import Annotated, Any, Final, Literal, Self, get_type_hints

import msgspec
from msgspec import Meta

from drover.wire.media import MediaKind

MOST_IMAGES: Final = 35
"""TikTok takes 35 pictures in one post, Instagram 20; each app's own limit is checked with its files."""

_PRODUCT_NAME: Final = "which product of the account's shop to link, by its name; empty: the first that the app offers"

Volume = Annotated[int, Meta(ge=0, le=100)]
WaitSeconds = Annotated[int, Meta(ge=1, le=3600)]
Flag = Literal[0, 1]
AddSound = Literal["-1", "0", "1", "custom"]


class PostConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One publication, as a task stores it. Waits are seconds, volumes percentages.

    `content_type` 0 is a video, 1 images. Where `material_list` is given the source fields are ignored; of several
    videos in it each task of the request publishes one.
    Raises ValueError naming the field where fields do not go together.
    """

    content_type: Flag = 0
    image_count: Annotated[int, Meta(ge=1, le=MOST_IMAGES)] = 1
    captions: Annotated[str, Meta(max_length=10_000)] = ""
    post_way: Literal["share", "addButton", "useSound"] = "share"
    material_list: Annotated[list[str], Meta(max_length=MOST_IMAGES)] = []
    material_source: Literal["materialLibrary", "localFolder"] = "materialLibrary"
    material_path: str = ""
    materials_tags: str = ""
    upload_wait_time: WaitSeconds = 30
    sound_wait_time: WaitSeconds = 10
    add_sound: AddSound = "-1"
    sound_name: str = ""
    custom_sound_keyword: str = ""
    origin_sound_volume: Volume = 50
    add_sound_volume: Volume = 50
    add_product_link: Flag = 0
    product_name: Annotated[str, Meta(max_length=200, description=_PRODUCT_NAME)] = ""
    placement: Literal["reel", "story"] = "reel"

    @property
    def from_folder(self) -> bool:
        """Whether its files come from a folder, next to which files of texts may lie."""
        return not self.material_list and self.material_source == "localFolder"

    def checked(self) -> Self:
        """This, if its fields go together; raises ValueError `field: what was expected`."""
        if self.from_folder and not self.material_path:
            raise ValueError("material_path: is required when material_source is localFolder")
        if self.post_way == "useSound" and not self.sound_name and not self.from_folder:
            raise ValueError("sound_name: is required when post_way is useSound")
        if self.add_sound == "custom" and not self.custom_sound_keyword and not self.from_folder:
            raise ValueError("custom_sound_keyword: is required when add_sound is custom")
        if self.product_name and not self.add_product_link:
            raise ValueError("product_name: names the product to link, which needs add_product_link 1")
        tags(self.materials_tags)
        count = len(self.material_list) if self.content_type == 1 else 1
        decided = self.material_list or self.content_type == 0
        return msgspec.structs.replace(self, image_count=count) if decided else self


class TextLimit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The longest texts of a post that an app takes, in UTF-16 units; 0 means that it sets no limit.

    `app` is its name for people, `kind` what is published (None for anything). `caption` counts title and description
    in one, `title` the title alone, `hashtags` those in a caption, `sound` the name of a sound, or words to search it.
    """

    app: str
    platform: str
    kind: MediaKind | None = None
    caption: int = 0
    title: int = 0
    hashtags: int = 0
    sound: int = 0


def lenient(config: dict[str, Any]) -> dict[str, Any]:
    """The config with what other clients send in another type: "3" or 3.0 or true for a number, 1 for "1", one path
    or tag where several may stand, an array of tags. What is neither stays, to be refused by its field."""
    return {key: _FORMS.get(key, _unchanged)(value) for key, value in config.items()}


def tags(text: str) -> list[str]:
    """The tags of a comma-separated filter; raises ValueError for one that no item can have."""
    found = dict.fromkeys(part.strip().lower() for part in text.split(",") if part.strip())
    for tag in found:
        if not TAG.fullmatch(tag):
            raise ValueError(f"materials_tags: expected tags of at most 64 printable characters, got {tag[:80]!r}")
    return list(found)


TAG: Final = re.compile(r"[^\x00-\x1f\x7f-\x9f,]{1,64}")
_INTEGER: Final = re.compile(r"\s*(-?[0-9]{1,9})\s*")


def _number(value: Any) -> Any:
    if isinstance(value, str) and (digits := _INTEGER.fullmatch(value)):
        return int(digits[1])
    is_whole = isinstance(value, float) and value.is_integer()
    return int(value) if isinstance(value, bool) or is_whole else value


def _word(value: Any) -> Any:
    """A number as the word that stands for it."""
    value = _number(value)
    return str(value) if isinstance(value, int) else value


def _paths(value: Any) -> Any:
    if isinstance(value, str):
        return [value] if value else []
    return value


def _tag_list(value: Any) -> Any:
    is_texts = isinstance(value, list) and all(isinstance(item, str) for item in value)
    return ",".join(value) if is_texts else value


def _unchanged(value: Any) -> Any:
    return value


_FORMS: Final = {
    **{name: _number for name, kind in get_type_hints(PostConfig).items() if kind is int or kind == Flag},
    "add_sound": _word,
    "material_list": _paths,
    "materials_tags": _tag_list,
}
