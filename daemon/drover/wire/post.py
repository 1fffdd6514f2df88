"""The parameters of `post`: what a request may say, field by field, as API.md gives them."""

from typing import Annotated, Final, Literal, Self

import msgspec
from msgspec import Meta

MOST_IMAGES: Final = 35
"""TikTok takes 35 pictures in one post, Instagram 20; each app's own limit is checked with its files."""

Volume = Annotated[int, Meta(ge=0, le=100)]
WaitSeconds = Annotated[int, Meta(ge=1, le=3600)]
Flag = Literal[0, 1]
AddSound = Literal["-1", "0", "1", "custom"]


class PostConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One publication, as a task stores it. Waits are seconds, volumes percentages.

    `content_type` 0 is a video, 1 images. Where `material_list` is given the source fields are ignored.
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
    placement: Literal["reel", "story"] = "reel"

    def checked(self) -> Self:
        """This, if its fields go together; raises ValueError `field: what was expected`."""
        if not self.material_list and self.material_source == "localFolder" and not self.material_path:
            raise ValueError("material_path: is required when material_source is localFolder")
        if self.post_way == "useSound" and not self.sound_name:
            raise ValueError("sound_name: is required when post_way is useSound")
        if self.add_sound == "custom" and not self.custom_sound_keyword:
            raise ValueError("custom_sound_keyword: is required when add_sound is custom")
        if self.content_type == 0 and len(self.material_list) > 1:
            raise ValueError(f"material_list: expected one video, got {len(self.material_list)} files")
        return self
