"""The phone as scripts see it: read the screen, wait for one, tap a node once, open links and apps.

Every call has a deadline; nothing here decides what a screen means.
"""

import time
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from drover.phone import conditions, keyguard, passthrough, shell
from drover.phone.adb import Adb, Proof
from drover.phone.adb_engine import AdbEngine
from drover.phone.engine import (
    BEYOND_ENGINES,
    CoveredError,
    Cure,
    Engine,
    InputForbiddenError,
    OnCure,
    PhoneError,
    PhoneTimeoutError,
    ScreenMovingError,
)
from drover.phone.engine_choice import open_engine
from drover.phone.gallery import Gallery
from drover.phone.hierarchy import Hierarchy, HierarchyError, Node, parse
from drover.phone.hit_test import Point, is_page, landing, reaches
from drover.phone.mediastore import GalleryItem
from drover.wire.devices import DeviceFacts

T = TypeVar("T")

BACK: Final = 4
HOME: Final = 3
ENTER: Final = 66
CALL_S: Final = 15.0
_SHORTEST_LOOK_S: Final = 1.0
_WAKE_AGAIN_S: Final = 2.0
_SHORTEST_PAUSE_S, _LONGEST_PAUSE_S = 0.02, 0.5
_MOVING_S = 0.05


def _unwatched(_cure: Cure, _why: str) -> None:
    """No one counts."""


class Phone:
    """One phone, driven by one thread. Each method raises PhoneError or one of its kinds; times are in seconds.

    `cancelled` is called between the polls of every wait and may raise, so that a stop request ends it at once.
    """

    def __init__(self, adb: Adb, engine: Engine, *, may_fall_back: bool = False, on_cure: OnCure = _unwatched) -> None:
        self.cancelled: Callable[[], None] = lambda: None
        self._adb = adb
        self._engine = engine
        self._may_fall_back = may_fall_back
        self._on_cure = on_cure
        self._shown: Hierarchy | None = None
        self._woken_at = float("-inf")
        self.acts = 0
        """How many calls may have done something on the phone so far: touches, keys, texts, apps opened or ended."""
        self.gallery = Gallery(adb, lambda: self.cancelled())

    @classmethod
    def open(
        cls,
        serial: str,
        *,
        adb_host: str = "127.0.0.1",
        adb_port: int = 5037,
        engine: str = "auto",
        timeout_s: float = 40.0,
        on_cure: OnCure = _unwatched,
        doubt_input: bool = False,
        proof: Proof | None = None,
    ) -> "Phone":
        """Reach the phone and start an engine: `auto`, `uiautomator2` or `adb`. `auto` falls back to plain adb.

        `on_cure` hears of what had to be done about the automation server, now and later. By `proof` no other phone is
        ever touched that has the serial's address by then. Raises PhoneNotReadyError for what is wrong with the phone
        as a whole; `doubt_input`: also where its touches were refused before.
        """
        adb = Adb(serial, host=adb_host, port=adb_port, proof=proof)
        try:
            made = open_engine(adb, engine, timeout_s=timeout_s, on_cure=on_cure, doubt_input=doubt_input)
        except BaseException:
            adb.close()
            raise
        return cls(adb, made, may_fall_back=engine == "auto", on_cure=on_cure)

    def ready(self, *, timeout_s: float = 40.0) -> None:
        """Have the engine answer before a task begins: restarted, put there again, or replaced by plain adb."""
        try:
            self._engine.check(timeout_s=timeout_s)
        except BEYOND_ENGINES:
            raise
        except PhoneError as error:
            if not self._may_fall_back:
                raise
            self.probe()
            self._on_cure(Cure.FALLBACK, str(error))
            self._engine.close()
            self._engine = AdbEngine(self._adb)

    def check_ready(self, *, doubt_input: bool = False, timeout_s: float = CALL_S) -> None:
        """Raises PhoneNotReadyError for what is wrong with the phone as a whole; changes nothing on it."""
        conditions.check(self._adb, doubt_input=doubt_input, timeout_s=timeout_s)

    @property
    def degraded(self) -> bool:
        """Whether plain adb stands in for an automation server that could not be had."""
        return self._may_fall_back and self._engine.name == AdbEngine.name

    @property
    def serial(self) -> str:
        return self._adb.serial

    @property
    def engine(self) -> str:
        """The name of the engine in use."""
        return self._engine.name

    @property
    def round_trips(self) -> int:
        """How many services the phone was asked for so far."""
        return self._adb.calls

    def close(self) -> None:
        """Let go of the phone and of what was started on it."""
        self._engine.close()
        self._adb.close()

    # --- seeing ---

    def screen(self, *, timeout_s: float = CALL_S) -> Hierarchy:
        """The present screen; reads again while a dump is empty or broken, until the deadline."""
        return self.wait_until(lambda tree: tree, timeout_s=timeout_s, what="a readable screen")

    def wait_until(self, condition: Callable[[Hierarchy], T | None], *, timeout_s: float, what: str) -> T:
        """Read the screen until `condition` gives something other than None; raises PhoneTimeoutError naming `what`."""
        begun = time.monotonic()
        end = begun + timeout_s
        problem = ""
        while True:
            self.cancelled()
            looked = time.monotonic()
            try:
                tree = self._look(max(end - time.monotonic(), _SHORTEST_LOOK_S))
            except (HierarchyError, ScreenMovingError, PhoneTimeoutError) as error:
                problem = f" ({error})"
            else:
                found = condition(tree)
                if found is not None:
                    return found
            now = time.monotonic()
            pause_s = _pause_s(waited_s=now - begun, look_s=now - looked)
            if now + pause_s >= end:
                raise PhoneTimeoutError(f"{self.serial}: waited {timeout_s:.0f} s for {what}; it did not come{problem}")
            time.sleep(pause_s)

    def screenshot(self, *, timeout_s: float = CALL_S) -> bytes:
        """The screen as PNG."""
        return self._engine.screenshot(timeout_s=timeout_s)

    # --- for whoever holds the phone ---

    def call(self, method: str, params: Sequence[Any], *, timeout_s: float = CALL_S) -> Any:
        """A method of UIAutomator2's JSON-RPC, sent at most once; raises CallRefusedError, CallUncertainError."""
        self.acts += 1
        return self._engine.call(method, params, timeout_s=timeout_s)

    def raw_hierarchy(self, *, timeout_s: float = CALL_S) -> bytes:
        """The UI tree as the phone gives it, as XML in UTF-8; asks again while the screen moves, until the deadline."""
        end = time.monotonic() + timeout_s
        while True:
            try:
                xml = self._engine.hierarchy(timeout_s=max(end - time.monotonic(), _SHORTEST_LOOK_S))
                return xml.decode(errors="replace").encode()
            except ScreenMovingError:
                if time.monotonic() + _MOVING_S >= end:
                    raise
                time.sleep(_MOVING_S)

    def adb_command(self, args: Sequence[str], *, timeout_s: float = CALL_S) -> str:
        """An adb command for this phone; its output as text, whatever its exit code."""
        self.acts += 1
        return passthrough.run(self._adb, args, timeout_s=timeout_s)

    # --- touching ---

    def tap(self, node: Node, *, timeout_s: float = CALL_S) -> None:
        """Tap a node where it is topmost, at most once.

        Raises CoveredError, with nothing sent, where it is nowhere topmost, and TapUncertainError when no one can tell
        if the tap arrived.
        """
        self._tap(self._landing(node), timeout_s)

    def tap_once(self, node: Node, *, timeout_s: float = CALL_S) -> None:
        """The commit tap: the same path as `tap`, named so that a reader sees where an effect is caused."""
        self._tap(self._landing(node), timeout_s)

    def tap_along(self, node: Node, fraction: float, *, timeout_s: float = CALL_S) -> None:
        """Tap a slider at this part of its width, from 0 to 1; else as `tap`."""
        box = node.bounds
        x = box.left + round((box.width - 1) * min(max(fraction, 0.0), 1.0))
        if not reaches(node, x, box.center[1]):
            raise CoveredError(self.serial, _name(node))
        self._tap((x, box.center[1]), timeout_s)

    def swipe_up(self, tree: Hierarchy, *, by: float = 0.4, duration_s: float = 0.3, timeout_s: float = CALL_S) -> None:
        """Show what is further down: the finger moves up the middle of the screen, `by` this part of its height."""
        self._swipe(tree, 0.5 + by / 2, 0.5 - by / 2, duration_s, timeout_s)

    def swipe_down(self, tree: Hierarchy, *, duration_s: float = 0.3, timeout_s: float = CALL_S) -> None:
        """Show what is further up: the finger moves down over the middle of the screen."""
        self._swipe(tree, 0.3, 0.7, duration_s, timeout_s)

    def tap_page(self, tree: Hierarchy, across: float, down: float, *, timeout_s: float = CALL_S) -> None:
        """Tap where a page is empty, at these parts of the screen's width and height; else as `tap`.

        Raises CoveredError, with nothing sent, where a control would take it.
        """
        point = int(across * tree.width), int(down * tree.height)
        if not is_page(tree, *point):
            raise CoveredError(self.serial, f"the page at {across:.0%} of its width and {down:.0%} of its height")
        self._tap(point, timeout_s)

    def drag(self, node: Node, by: Point, *, duration_s: float = 0.5, timeout_s: float = CALL_S) -> None:
        """Move a node by so many pixels to the right and down, slowly enough that it does not fly on: to scroll a box.

        Raises CoveredError, with nothing sent, where the node is nowhere topmost.
        """
        x, y = self._landing(node)
        with self._acting():
            self._engine.swipe(x, y, x + by[0], y + by[1], duration_s=duration_s, timeout_s=timeout_s)

    def key(self, code: int, *, timeout_s: float = CALL_S) -> None:
        """Press a key by its Android code."""
        with self._acting():
            self._engine.key(code, timeout_s=timeout_s)

    def wake(self, *, timeout_s: float = CALL_S) -> None:
        """Turn the display on and put away a lock screen that asks for no secret, in one round trip.

        Raises PhoneNotReadyError for what is wrong with the phone as a whole, with what `check_ready` looks at.
        """
        self._woken_at = time.monotonic()
        conditions.wake(self._adb, timeout_s=timeout_s)

    def back(self) -> None:
        self.key(BACK)

    def home(self) -> None:
        self.key(HOME)

    def enter(self) -> None:
        self.key(ENTER)

    def type_text(self, text: str, *, timeout_s: float = 20.0) -> None:
        """Type any Unicode text into the focused field, replacing what it holds."""
        self.acts += 1
        self._engine.type_text(text, timeout_s=timeout_s)

    # --- apps ---

    def open_link(self, url: str, package: str, *, timeout_s: float = 20.0) -> None:
        """Open an https link, or one of an app's own scheme, in this app; raises AppMissingError."""
        self.acts += 1
        shell.open_link(self._adb, url, package, timeout_s=timeout_s)

    def launch(self, package: str, *, timeout_s: float = 20.0) -> None:
        """Start the app as its launcher icon does; raises AppMissingError."""
        self.acts += 1
        shell.launch(self._adb, package, timeout_s=timeout_s)

    def open_activity(self, package: str, activity: str, *, timeout_s: float = 20.0) -> None:
        """Start one activity of an app by its class; raises AppMissingError, and PhoneError if there is none such."""
        self.acts += 1
        shell.open_activity(self._adb, package, activity, timeout_s=timeout_s)

    def share(self, item: GalleryItem, package: str, activity: str, *, timeout_s: float = 20.0) -> None:
        """Share one item of the gallery into an app, as the share sheet does; raises AppMissingError.

        Several at once cannot be: `am` has no way to write a list of URIs.
        """
        self.acts += 1
        shell.share(self._adb, item.uri, item.media_type, package, activity, timeout_s=timeout_s)

    def share_as(self, item: GalleryItem, package: str, action: str, *, timeout_s: float = 20.0) -> None:
        """Hand one item of the gallery to an app under its own action, such as "add to story"."""
        self.acts += 1
        shell.share_as(self._adb, item.uri, item.media_type, package, action, timeout_s=timeout_s)

    def force_stop(self, package: str, *, timeout_s: float = CALL_S) -> None:
        """End the app: its next start begins at its first screen."""
        self.acts += 1
        shell.force_stop(self._adb, package, timeout_s=timeout_s)

    def current_package(self, *, timeout_s: float = CALL_S) -> str:
        """The package that has the focus, empty if none has."""
        return shell.current_package(self._adb, timeout_s=timeout_s)

    def app_version(self, package: str, *, timeout_s: float = CALL_S) -> str:
        """Its version name; raises AppMissingError."""
        return shell.app_version(self._adb, package, timeout_s=timeout_s)

    def facts(self, packages: Iterable[str] = (), *, timeout_s: float = CALL_S) -> DeviceFacts:
        """Model, size, battery and the versions of these apps (those installed), in one round trip."""
        return shell.facts(self._adb, tuple(packages), engine=self._engine.name, timeout_s=timeout_s)

    def probe(self, *, timeout_s: float = 5.0) -> None:
        """Have the phone itself answer; raises PhoneLostError, PhoneTimeoutError."""
        if self._adb.shell(["echo", "drover"], timeout_s=timeout_s).stdout.strip() != b"drover":
            raise PhoneError(f"{self.serial}: its shell does not answer as a shell; reboot the phone")

    def _look(self, timeout_s: float) -> Hierarchy:
        xml = self._engine.hierarchy(timeout_s=timeout_s)
        # While a script waits, most looks show what the last one showed.
        tree = self._shown if self._shown is not None and self._shown.xml == xml else parse(xml)
        if not tree.nodes or (len(tree.nodes) == 1 and not tree.nodes[0].label):
            raise HierarchyError("the hierarchy holds one empty node")
        self._shown = tree
        if keyguard.shown(tree):
            self._put_away_lock()
        return tree

    def _put_away_lock(self) -> None:
        """The lock screen came in between: it goes by itself, or the phone is not ready. Not with every look."""
        if time.monotonic() - self._woken_at >= _WAKE_AGAIN_S:
            self.wake()

    def _landing(self, node: Node) -> Point:
        point = landing(node)
        if point is None:
            raise CoveredError(self.serial, _name(node))
        return point

    def _tap(self, point: Point, timeout_s: float) -> None:
        with self._acting():
            self._engine.tap(*point, timeout_s=timeout_s)

    @contextmanager
    def _acting(self) -> Generator[None]:
        """Around what touches the phone once; what Android refused was not done."""
        self.acts += 1
        try:
            yield
        except InputForbiddenError:
            self.acts -= 1
            raise

    def _swipe(self, tree: Hierarchy, start: float, end: float, duration_s: float, timeout_s: float) -> None:
        x = tree.width // 2
        y1, y2 = int(tree.height * start), int(tree.height * end)
        with self._acting():
            self._engine.swipe(x, y1, x, y2, duration_s=duration_s, timeout_s=timeout_s)


def _pause_s(*, waited_s: float, look_s: float) -> float:
    """Until the next look: what comes is seen late by an eighth of its time at most, and a phone that needs long for a
    dump has a third of the time for itself."""
    return min(max(waited_s / 8, look_s / 2, _SHORTEST_PAUSE_S), _LONGEST_PAUSE_S)


def _name(node: Node) -> str:
    """The node in words for an error."""
    label = next((part.label for part in node.walk() if part.label), "")
    return repr(label[:60]) if label else "a control without words"
