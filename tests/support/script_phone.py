"""A Phone over a simulated display in this process, in simulated time, and a Context that only records.

The waiting, tapping and recognising are the real ones; adb is what is left out. tests/integration/scripts runs the
same flows over real adb, so that this double is held to the truth.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO, cast

import pytest

from drover.apps import load
from drover.phone import phone as phone_module
from drover.phone.adb import Adb
from drover.phone.engine import AppMissingError, PhoneError, TapUncertainError
from drover.phone.gallery import Gallery
from drover.phone.hierarchy import Hierarchy
from drover.phone.mediastore import GalleryItem, GalleryName, parsed
from drover.phone.phone import Phone
from drover.scripts import navigation, registry, sights
from drover.scripts.context import ScriptFailed
from drover.scripts.publishing import discard
from drover.wire.holds import Trouble
from drover.wire.media import MediaFile, MediaKind
from drover.wire.tasks import Effect, Phase, Reason
from phonesim.apps.display import PhoneDisplay
from phonesim.contract import SEND, STREAM, ActivityNotFoundError, Configuration, Intent
from tests.support import gallery as files
from tests.support.app_state import AppState
from tests.support.screens import TIKTOK, VIEW, Clock, EngineInMemory

_LOOK_S = 0.05


class DisplayEngine(EngineInMemory):
    """Implements Engine over a display."""

    def __init__(self, display: PhoneDisplay, clock: Clock) -> None:
        self._display = display
        self._clock = clock
        self.taps: list[tuple[int, int]] = []

    def hierarchy(self, *, timeout_s: float) -> bytes:
        self._clock.pass_s(_LOOK_S)
        return self._display.hierarchy_xml().encode()

    def tap(self, x: int, y: int, *, timeout_s: float) -> None:
        self.taps.append((x, y))
        self._display.tap(x, y)

    def swipe(self, x1: int, y1: int, x2: int, y2: int, *, duration_s: float, timeout_s: float) -> None:
        self._display.swipe(x1, y1, x2, y2)

    def key(self, code: int, *, timeout_s: float) -> None:
        self._display.key(code)

    def type_text(self, text: str, *, timeout_s: float) -> None:
        if not self._display.type_text(text, replace=True):
            raise PhoneError("no field has the focus")


class DisplayGallery:
    """The gallery of a display: what Gallery does over adb, done to its files and rows at once."""

    def __init__(self, cancelled: Callable[[], None]) -> None:
        self.files = files.Gallery()
        self._cancelled = cancelled

    def have_room(self, size: int) -> None:
        """For anything."""

    def put(
        self,
        source: BinaryIO,
        *,
        name: str,
        kind: MediaKind,
        media_type: str,
        size: int,
        sent: Callable[[int], None] = lambda _bytes: None,
        timeout_s: float = 1.0,
    ) -> GalleryItem:
        self._cancelled()
        data = source.read()
        sent(len(data))
        row = self.files.put(name, data)
        return GalleryItem(name=name, kind=kind, media_type=media_type, row=row.row_id)

    def ours(self) -> list[GalleryName]:
        return [name for name in map(parsed, self.names()) if name]

    def names(self) -> list[str]:
        """Every file that apps can see."""
        return [item.name for item in self.files.media.items()]

    def newer_than(self, items: Sequence[GalleryItem]) -> list[str]:
        known = {item.name for item in items}
        oldest = min(item.row for item in items)
        return [row.name for row in self.files.media.items() if row.row_id > oldest and row.name not in known]

    def remove(self, names: Iterable[str]) -> None:
        wanted = set(names)
        for item in self.files.media.items():
            if item.name in wanted:
                self.files.remove(item)

    def allow_reading(self, package: str) -> None:
        """The display asks for no permission."""


class DisplayPhone(AppState, Phone):
    """The real Phone with its apps started on the display instead of through adb; `platform` is the app under test."""

    def __init__(
        self,
        language: str = "en",
        serial: str = "sim0001",
        *,
        platform: str = "tiktok",
        width: int = 1080,
        height: int = 2400,
        font_scale: float = 1.0,
    ) -> None:
        self.clock = Clock()
        self.platform = platform
        self.app_package = load(platform).packages[0]
        self.display = PhoneDisplay(serial, seed=1, language=language, width=width, height=height, clock=self.clock)
        if font_scale != 1:
            self.display.configure(Configuration(width=width, height=height, language=language, font_scale=font_scale))
        self.touch = DisplayEngine(self.display, self.clock)
        super().__init__(cast(Adb, SimpleNamespace(serial=serial, calls=0)), self.touch)
        self.shelf = DisplayGallery(lambda: self.cancelled())
        self.gallery = cast(Gallery, self.shelf)
        self.display.use_media(self.shelf.files.media)

    def open_link(self, url: str, package: str, *, timeout_s: float = 20.0) -> None:
        self._start(Intent(action=VIEW, data=url, package=package))

    def launch(self, package: str, *, timeout_s: float = 20.0) -> None:
        self._start(Intent(action="android.intent.action.MAIN", package=package))

    def open_activity(self, package: str, activity: str, *, timeout_s: float = 20.0) -> None:
        self._start(Intent(package=package, component=f"{package}/{activity}"))

    def share(self, item: GalleryItem, package: str, activity: str, *, timeout_s: float = 20.0) -> None:
        self._start(
            Intent(
                action=SEND,
                package=package,
                component=f"{package}/{activity}",
                mime_type=item.media_type,
                extras={STREAM: item.uri},
                uris={STREAM: item.uri},
                grants_read=True,
            )
        )

    def share_as(self, item: GalleryItem, package: str, action: str, *, timeout_s: float = 20.0) -> None:
        self._start(Intent(action=action, package=package, data=item.uri, mime_type=item.media_type, grants_read=True))

    def force_stop(self, package: str, *, timeout_s: float = 15.0) -> None:
        self.display.force_stop(package)

    def _start(self, intent: Intent) -> None:
        if intent.package not in self.display.packages():
            raise AppMissingError(f"{self.serial}: {intent.package} is not installed; install it")
        try:
            self.display.start_activity(intent)
        except ActivityNotFoundError as error:
            raise PhoneError(str(error)) from error

    def fault(self, name: str, **params: Any) -> None:
        self.display.inject(name, params)

    @property
    def state(self) -> dict[str, Any]:
        return dict(self.display.state())

    def effects(self) -> list[tuple[str, str, int]]:
        return [(row["kind"], row["target"], row["count"]) for row in self.state["effects"]]

    def taps(self) -> list[tuple[str, str, int]]:
        """Touches on controls that ask for an effect, whether or not they caused one."""
        return [(row["kind"], row["target"], row["count"]) for row in self.state["taps"]]

    def posts(self) -> list[dict[str, Any]]:
        """What was published, oldest first."""
        return list(self.state["posts"])

    @property
    def drafts(self) -> int:
        return len(self.state.get("drafts", []))

    def context(self, *, package: str = "", **fields: Any) -> "RecordingContext":
        """An attempt in the app under test, or in this clone of it."""
        return RecordingContext(self, package or self.app_package, self.platform, **fields)


@dataclass
class RecordingContext:
    """Implements Context without a supervisor. `refuse` is raised instead of recording the intent."""

    phone: Phone
    package: str = TIKTOK
    platform: str = "tiktok"
    username: str | None = None
    reconcile: bool = False
    task_id: int = 1
    media: Sequence[MediaFile] = ()
    remark: str = ""
    refuse: Exception | None = None
    effect: Effect = Effect.NONE
    phases: list[Phase] = field(default_factory=list[Phase])
    steps: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    commits: list[str] = field(default_factory=list[str])
    kept: list[str] = field(default_factory=list[str])
    proof: Hierarchy | None = None
    accounts: list[str] = field(default_factory=list[str])

    def step(self, text: str, progress: int) -> None:
        self.steps.append((text, progress))

    def enter(self, phase: Phase) -> None:
        self.phases.append(phase)

    def commit(self, what: str, tap: Callable[[], None]) -> None:
        if self.refuse is not None:
            raise self.refuse
        self.commits.append(what)
        self.effect = Effect.INTENT
        try:
            tap()
        except TapUncertainError:
            self.steps.append(("the tap may not have arrived", 0))
        self.effect = Effect.SENT

    def confirm(self, proof: Hierarchy) -> None:
        self.proof = proof
        self.effect = Effect.CONFIRMED

    def saw_account(self, username: str) -> None:
        self.accounts.append(username)

    def open_media(self, file: MediaFile) -> BinaryIO:
        return Path(file.path).open("rb")

    def keep(self, name: str, seen: Hierarchy | None = None) -> None:
        self.kept.append(name)


TROUBLES = {
    "captcha": Trouble.CAPTCHA,
    "verification": Trouble.VERIFICATION,
    "login_wall": Trouble.LOGGED_OUT,
    "banned": Trouble.SUSPENDED,
    "follow_limit": Trouble.TOO_FAST,
    "post_limit": Trouble.TOO_FAST,
}
"""What each fault of an app means for the account (R24)."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """How a script ended: `reason` is None when it completed."""

    reason: Reason | None
    remark: str
    tapped: bool
    trouble: Trouble | None = None


def perform(name: str, ctx: RecordingContext, target: str, **config: Any) -> Result:
    """Run a script on a user as the worker's runner does."""
    return run(name, ctx, {"target_user": target, **config})


def run(name: str, ctx: RecordingContext, config: dict[str, Any]) -> Result:
    """Run a script as the worker's runner does."""
    script = registry.make(name, config)
    try:
        if script.prepare(ctx):
            script.commit(ctx)
            script.verify(ctx)
            assert ctx.effect is Effect.CONFIRMED, "ended without proof"
    except ScriptFailed as failed:
        return Result(reason=failed.reason, remark=failed.remark, tapped=bool(ctx.commits), trouble=failed.trouble)
    return Result(reason=None, remark=ctx.remark, tapped=bool(ctx.commits))


def simulate_time(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    """Waiting passes simulated time at once."""
    fake = SimpleNamespace(monotonic=clock, sleep=clock.pass_s)
    monkeypatch.setattr(phone_module, "time", fake)
    monkeypatch.setattr(navigation, "time", fake)
    monkeypatch.setattr(sights, "time", fake)
    monkeypatch.setattr(discard, "time", fake)
