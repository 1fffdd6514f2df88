"""What is being composed and what is on its way to the server. The flow changes it, screens read it."""

import re

import msgspec

from phonesim.apps.posting.pictures import posted
from phonesim.contract import MediaItem
from phonesim.posts import Post
from phonesim.shops import Product

CAPTION, SOUND_SEARCH = "caption", "sound_search"
"""Text fields that both apps have."""
NAME_LENGTH = 30
"""As many characters the name of a linked product may have."""
_TAG = re.compile(r"(?:^|\s)([#@][^\s#@]+)\Z")


class Sound(msgspec.Struct, frozen=True, kw_only=True):
    """A sound of the library."""

    id: str
    name: str
    artist: str

    @property
    def label(self) -> str:
        """As the editor's chip writes it."""
        return f"{self.name} - {self.artist}"


class Composition(msgspec.Struct, kw_only=True):
    """A post that is being made. Volumes are percentages."""

    way: str
    """How it was begun: `share`, `add_button`, `use_sound`."""
    files: tuple[MediaItem, ...] = ()
    texts: dict[str, str] = msgspec.field(
        default_factory=lambda: {"title": "", "caption": "", "link": "", "product_name": ""}
    )
    """What was typed, by the field's name."""
    sound: Sound | None = None
    original_on: bool = True
    volumes: dict[str, int] = msgspec.field(default_factory=lambda: {"original": 100, "added": 100})
    link: str = ""
    """The product link that was added."""
    product: Product | None = None
    """What was taken of the account's showcase."""
    product_name: str = ""
    """Under which name the post shows it."""

    @property
    def kind(self) -> str:
        return "video" if any(file.kind == "video" for file in self.files) else "images"

    @property
    def target(self) -> str:
        """What its post is counted under."""
        return self.files[0].name if self.files else ""

    def post(self, account: str, *, placement: str, at: float) -> Post:
        """What is published if it is published now."""
        return Post(
            account=account,
            kind=self.kind,
            files=tuple(posted(file) for file in self.files),
            title=self.texts["title"],
            caption=self.texts["caption"],
            sound=self.sound.name if self.sound else "",
            original_volume=self.volumes["original"] if self.original_on else 0,
            added_volume=self.volumes["added"] if self.sound else None,
            product_link=self.link,
            product=self.product.name if self.product else "",
            product_name=self.product_name if self.product else "",
            way=self.way,
            placement=placement,
            at=at,
        )


class Upload(msgspec.Struct, kw_only=True):
    """A post on its way. It is published when it has arrived, and not before."""

    post: Post
    uris: tuple[str, ...]
    """Its files in the media store."""
    began: float
    seconds: float
    """How long it takes; infinity for one that never ends."""
    breaks: bool = False
    """Whether it fails on its way."""
    failed: bool = False
    recovers_s: float = 0.0
    """How long after it failed it goes on by itself; 0 for one that waits for a person."""
    lost: bool = False
    """Whether the server forgets it when it has arrived."""
    waits: bool = False
    """Whether it waits for the network: nothing of it is sent."""

    @property
    def ends(self) -> float:
        return self.began + (self.seconds * _BREAKS_AT if self.breaks else self.seconds)

    def percent(self, now: float) -> int:
        """0 to 99; one that never ends stops at STUCK_AT, one that waits has not begun."""
        if self.waits:
            return 0
        if self.seconds == float("inf"):
            return min(STUCK_AT, int((now - self.began) * 40))
        return max(0, min(99, int(100 * (now - self.began) / self.seconds)))


STUCK_AT = 73
_BREAKS_AT = 0.6


class PostingState(msgspec.Struct, kw_only=True):
    """What the screens of publishing are drawn from, in either app."""

    composition: Composition | None = None
    placement: str = "feed"
    """`feed`, `story`, or on Instagram `reel`."""
    multiple: bool = False
    chosen: list[str] = msgspec.field(default_factory=list[str])
    """URIs of the selected files, in the order in which they were touched."""
    sound_search: str = ""
    sound_search_at: float = 0.0
    """When these words were typed."""
    candidate: Sound | None = None
    """The sound that plays, and that would be taken."""
    covered: bool = False
    """Whether a list of suggestions stayed after the keyboard had gone."""
    uploads: list[Upload] = msgspec.field(default_factory=list[Upload])


def unfinished_tag(words: str) -> str:
    """The `#word` or `@word` at the end that is still being typed; nothing if the text does not end in one."""
    found = _TAG.search(words)
    return found[1] if found else ""
