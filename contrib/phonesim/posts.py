"""What accounts of a simulated phone published: data only, with the picture that the profile's grid shows."""

from typing import Any

import msgspec


class PostedFile(msgspec.Struct, frozen=True, kw_only=True):
    """One video or image of a post, as it was when it was published; the file may be gone since."""

    name: str
    sha256: str
    kind: str
    """`video` or `images`."""
    picture: bytes = b""
    """A small JPEG of an image; nothing for a video, whose frame is drawn by its hash."""


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """One publication. `at` is monotonic seconds; volumes are percentages, None where the app was not asked."""

    account: str
    kind: str
    """`video` or `images`."""
    files: tuple[PostedFile, ...]
    title: str = ""
    caption: str = ""
    sound: str = ""
    """The name of an added sound; nothing without one."""
    original_volume: int | None = None
    added_volume: int | None = None
    product_link: str = ""
    """A link that was typed."""
    product: str = ""
    """A product of the account's showcase, by its own name."""
    product_name: str = ""
    """The name under which the post shows it."""
    way: str = ""
    """How the app was entered: `share`, `add_button`, `use_sound`."""
    placement: str = "feed"
    """`feed`, `story`, `reel`."""
    at: float

    @property
    def target(self) -> str:
        """What its effect is counted under."""
        return self.files[0].name if self.files else ""

    def state(self) -> dict[str, Any]:
        """JSON-ready, without pictures."""
        row: dict[str, Any] = {name: getattr(self, name) for name in self.__struct_fields__ if name != "files"}
        return {**row, "files": [{"name": file.name, "sha256": file.sha256} for file in self.files]}
