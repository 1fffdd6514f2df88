"""What the two halves of a simulated phone know of each other: device (adb, shell, files) and display (apps).

The device half owns sockets, files and properties and never looks inside an app; the display half owns windows,
apps and accounts and never sees adb.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

STREAM: Final = "android.intent.extra.STREAM"
SEND: Final = "android.intent.action.SEND"
SEND_MULTIPLE: Final = "android.intent.action.SEND_MULTIPLE"


@dataclass(frozen=True, kw_only=True)
class Intent:
    """An Android intent as `am start` understands it.

    `extras` holds every extra as it was written, whatever its type; `uris` those of type Uri (`--eu`), `lists` those of
    type ArrayList<String> (`--esal`). As in a Bundle, a key that comes twice keeps what came last.
    """

    action: str = ""
    data: str = ""
    package: str = ""
    component: str = ""
    mime_type: str = ""
    categories: tuple[str, ...] = ()
    extras: Mapping[str, str] = field(default_factory=dict[str, str])
    uris: Mapping[str, str] = field(default_factory=dict[str, str])
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    grants_read: bool = False
    """Whether the receiver may read the URIs (`--grant-read-uri-permission`)."""

    @property
    def streams(self) -> tuple[str, ...]:
        """What a share brings: SEND one Uri, SEND_MULTIPLE a list; an extra of the other type is not found.

        `am` makes no ArrayList<Uri>: a list arrives as strings (`--esal`), which an app may or may not put up with.
        """
        if self.action == SEND:
            return (self.uris[STREAM],) if STREAM in self.uris else ()
        return self.lists.get(STREAM, ()) if self.action == SEND_MULTIPLE else ()


@dataclass(frozen=True, kw_only=True)
class MediaItem:
    """A row of the media store with the file behind it."""

    row_id: int
    kind: str
    """`video`, `images` or `audio`, as in the row's URI."""
    name: str
    path: str
    album: str
    """The folder's name."""
    size: int
    sha256: str
    data: bytes = field(repr=False)

    @property
    def uri(self) -> str:
        return f"content://media/external/{self.kind}/media/{self.row_id}"


class MediaStore(Protocol):
    """The phone's media as its apps see it: only rows that exist now, whose file is there. Thread-safe."""

    def items(self, kind: str = "") -> Sequence[MediaItem]:
        """Newest first; of one kind, or of all."""
        ...

    def find(self, uri: str) -> MediaItem | None:
        """What stands behind a `content://media/...` URI; None if nothing does (yet)."""
        ...


class NoMedia:
    """The media store of a display that no phone is around."""

    def items(self, kind: str = "") -> Sequence[MediaItem]:
        return ()

    def find(self, uri: str) -> MediaItem | None:
        return None


@dataclass(frozen=True, kw_only=True)
class Focus:
    """The window that has the focus, as `dumpsys window` and `dumpsys activity` print it."""

    package: str
    activity: str


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """What a person sets of a phone that every app goes by, as Android's class of that name."""

    width: int
    """Pixels across as the phone is held now."""
    height: int
    language: str = "en"
    font_scale: float = 1.0
    rotation: int = 0
    """Quarters of a turn."""


class ActivityNotFoundError(Exception):
    """No activity resolves this intent; `am start` prints this message."""


class UnknownFaultError(Exception):
    """No fault of this name; the message lists those that exist."""


class Display(Protocol):
    """What a simulated phone shows and how it can be touched. Every method is thread-safe.

    Coordinates are pixels of the display; times are seconds.
    """

    width: int
    height: int

    def configure(self, configuration: Configuration) -> None:
        """The phone is turned, resized, set to another language or size of texts: its apps are drawn again."""
        ...

    def use_media(self, media: MediaStore) -> None:
        """Called once by the phone that the display is built into, before it is shown."""
        ...

    def start_activity(self, intent: Intent) -> Focus:
        """Resolve and show the activity; raises ActivityNotFoundError."""
        ...

    def force_stop(self, package: str) -> None:
        """End the app: its next start begins at its first screen."""
        ...

    def tap(self, x: int, y: int) -> None: ...

    def long_tap(self, x: int, y: int) -> None: ...

    def swipe(self, x1: int, y1: int, x2: int, y2: int) -> None: ...

    def key(self, code: int) -> None:
        """A KeyEvent code: 3 HOME, 4 BACK, 66 ENTER, 67 DEL, 187 APP_SWITCH, 279 PASTE, ..."""
        ...

    def type_text(self, text: str, *, replace: bool = False) -> bool:
        """Type into the focused field; False if no field has the focus."""
        ...

    def set_text_at(self, x: int, y: int, text: str) -> bool:
        """Replace the text of the editable node under the point (accessibility's ACTION_SET_TEXT)."""
        ...

    def focus(self) -> Focus: ...

    def keyboard_shown(self) -> bool: ...

    def hierarchy_xml(self) -> str:
        """The whole tree in the format of `uiautomator dump`."""
        ...

    def is_moving(self) -> bool:
        """Whether the screen animates now, so that a dump would find no idle state."""
        ...

    def screenshot_png(self) -> bytes: ...

    def packages(self) -> Sequence[str]:
        """Installed packages, system ones included."""
        ...

    def package_version(self, package: str) -> str: ...

    def state(self) -> Mapping[str, Any]:
        """JSON-ready: accounts, effects counted by kind and target, current screen, app faults."""
        ...

    def faults(self) -> Mapping[str, str]:
        """Name and one-line meaning of each fault that an app can have."""
        ...

    def inject(self, name: str, params: Mapping[str, Any]) -> None:
        """Set a fault (or, with `{"clear": true}`, take it away); raises UnknownFaultError."""
        ...
