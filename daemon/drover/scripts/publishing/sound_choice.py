"""Chooses a sound in an app's open list: searched, waited for, the one that is meant, and taken. The same on every app.

The list often shows recommended sounds until the answer to a search is there, and similar ones next to the one that was
asked for: a row is taken for what stands on it and not for its place.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NoReturn

from drover.apps import App, sound_list
from drover.apps.links import is_web_link
from drover.apps.sound_list import Sound
from drover.apps.view import View
from drover.phone.geometry import is_field
from drover.phone.hierarchy import Node
from drover.scripts.context import ScriptFailed
from drover.scripts.navigation import Navigator, NotReachedError, Sight
from drover.scripts.sights import is_loading
from drover.wire.post import PostConfig
from drover.wire.tasks import Reason

_SHEET_S: Final = 8.0
_RECOMMENDED_S: Final = 4.0
_MOST_TAKES: Final = 3


@dataclass(frozen=True, kw_only=True)
class Wish:
    """The sound that a task asks for. No `words` mean any; `exact` means one of this name and no other.

    `parameter` is the task's own that says so, `wait_s` how long a sound may take to load.
    """

    words: str
    exact: bool
    parameter: str
    wait_s: float


def named(config: PostConfig) -> Wish:
    """The sound of `useSound`, by its name."""
    return Wish(
        words=config.sound_name.strip(), exact=True, parameter="sound_name", wait_s=float(config.sound_wait_time)
    )


def added(config: PostConfig) -> Wish | None:
    """The sound of `add_sound`: any for 1, one that a keyword finds for `custom`."""
    if config.add_sound not in ("1", "custom"):
        return None
    words = config.custom_sound_keyword.strip() if config.add_sound == "custom" else ""
    parameter = "custom_sound_keyword" if words else "add_sound"
    return Wish(words=words, exact=False, parameter=parameter, wait_s=float(config.sound_wait_time))


def is_link(name: str) -> bool:
    """Whether a sound is named by its link."""
    return "://" in name


def wrong_link(app: App, link: str) -> str:
    """Why this link of a sound is not opened; nothing for one of the app's own on the web."""
    if is_web_link(app, link):
        return ""
    hosts = " or ".join(app.link_hosts)
    return f"sound_name: {link!r} is no https link of {hosts}; give the link of the sound's own page"


def choose(nav: Navigator, wish: Wish) -> Sound:
    """In the open list: search, wait for the sound that is meant, tap it once.

    Raises ScriptFailed `rejected` where the list has no such sound, NotReachedError where it looks otherwise.
    """
    nav.ctx.step(f"looking for the sound {wish.words!r}" if wish.words else "choosing a sound", 42)
    before = _search(nav, wish.words) if wish.words else []
    sound = find(nav, wish, before=before)
    nav.ctx.step(f"taking the sound {sound.label}", 43)
    nav.tap(sound.target)
    return sound


def find(
    nav: Navigator,
    wish: Wish,
    *,
    before: Sequence[tuple[str, ...]] = (),
    on: Callable[[Sight], bool] = lambda _sight: True,
) -> Sound:
    """The row that is meant, waited for where `on` holds; `before` is what the list said before it was searched.

    A keyword takes the sound that says it, else, when the time is over and the list is another than before, the first
    that the search brought; a name takes only its own.
    """
    last: list[Sound] = []

    def meant(sight: Sight) -> Sound | None:
        last[:] = sound_list.listed(View(nav.app, sight.tree)) if on(sight) else []
        if not wish.words:
            return next(iter(last), None)
        found = sound_list.called(last, wish.words)
        return found or (None if wish.exact else sound_list.saying(last, wish.words))

    what = f"the sound {wish.words!r} in the list of sounds" if wish.words else "the list of sounds"
    try:
        return nav.reach(meant, what=what, timeout_s=wish.wait_s, patient=True)
    except NotReachedError as error:
        if is_loading(error.last) or not wish.words:
            raise
        if last and not wish.exact and not set(before) & set(_texts(last)):
            return last[0]
        _refuse_unknown(nav, wish, last, error.last)


def take(nav: Navigator, sound: Sound, back: Callable[[Sight], bool], take_s: float) -> None:
    """From the tapped row to the screen that `back` knows; raises NotReachedError.

    Some versions attach what is tapped, others play it first and have a button that takes it, and then perhaps one
    more that ends the choice of the part that plays. Each is tapped once. Where an app is known to have such a button,
    a list that closed without it took nothing.
    """
    tapped: set[str] = set()
    attaches = "take_sound" not in nav.app.ids

    def button(sight: Sight) -> Node | bool | None:
        if back(sight):
            return True if tapped or attaches else None
        view = View(nav.app, sight.tree)
        taking = sound_list.take_button(view, sound.target)
        if taking is not None and _key(taking) not in tapped:
            return None if sound_list.plays_another(view, taking, sound) else taking
        # Before a sound was taken a Done next to the list would close it without one.
        done = sound_list.done_button(view) if tapped or not sound_list.listed(view) else None
        return done if done is not None and _key(done) not in tapped else None

    for _ in range(_MOST_TAKES):
        found = nav.reach(button, what="what takes the sound that was chosen", timeout_s=take_s, patient=True)
        if not isinstance(found, Node):
            return
        tapped.add(_key(found))
        nav.tap(found)
    nav.reach(lambda sight: back(sight) or None, what="the editor with the sound", timeout_s=take_s, patient=True)


def _refuse_unknown(nav: Navigator, wish: Wish, others: list[Sound], sight: Sight) -> NoReturn:
    """End for a sound that the app does not list, with what it lists instead."""
    nav.ctx.keep("sound", sight.tree)
    instead = f"; it lists {', '.join(sound.label for sound in others[:3])}" if others else ""
    raise ScriptFailed(
        Reason.REJECTED,
        f"{wish.parameter}: {nav.app.name} on {nav.phone.serial} lists no sound called {wish.words!r} within "
        f"{wish.wait_s:.0f} s (sound_wait_time){instead}. Nothing was posted; check the name, or give another.",
    )


def _texts(sounds: list[Sound]) -> list[tuple[str, ...]]:
    return [sound.says for sound in sounds]


def _search(nav: Navigator, words: str) -> list[tuple[str, ...]]:
    """Type into the list's field and send it; what the list said before."""
    field = _field(nav, lambda node: True)
    nav.tap(field)
    if not is_field(field):
        nav.tap(_field(nav, is_field))
    _field(nav, lambda node: node.focused)
    before = _recommended(nav)
    nav.phone.type_text(words)
    nav.phone.enter()
    return before


def _recommended(nav: Navigator) -> list[tuple[str, ...]]:
    """What the list says before a search, once it has loaded: else it would pass for the answer. Some have nothing."""
    sounds = nav.find(
        lambda sight: sound_list.listed(View(nav.app, sight.tree)) or None,
        what="the recommended sounds",
        timeout_s=_RECOMMENDED_S,
    )
    return _texts(sounds or [])


def _field(nav: Navigator, ready: Callable[[Node], bool]) -> Node:
    def found(sight: Sight) -> Node | None:
        node = sound_list.search_field(View(nav.app, sight.tree))
        return node if node is not None and ready(node) else None

    return nav.reach(found, what="the field that searches sounds", timeout_s=_SHEET_S, patient=True)


def _key(button: Node) -> str:
    return f"{button.id} {button.label} {button.bounds}"
