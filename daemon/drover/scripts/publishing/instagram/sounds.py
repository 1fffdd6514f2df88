"""The sound of a post on Instagram: its page by a link, the ways of editor, story and form to the list, the volumes.

No recording of these screens is known; instagram.toml says on what each id and word rests. What is not found ends the
task before anything is posted, with what was looked for.
"""

from collections.abc import Callable
from typing import Final, NoReturn

from drover.apps import Screen, composer
from drover.apps import sounds as shown
from drover.apps.composer import Destination
from drover.apps.view import View
from drover.phone.hierarchy import Node
from drover.scripts.context import ScriptFailed
from drover.scripts.navigation import Navigator, Sight
from drover.scripts.publishing.failures import fail_without
from drover.scripts.publishing.instagram.plan import by_link, wish
from drover.scripts.publishing.publisher import Publication
from drover.scripts.publishing.sound_choice import choose, take
from drover.scripts.publishing.volumes import NO_VOLUMES, asked, set_volumes
from drover.wire.tasks import Reason

_TOOL_S: Final = 6.0
_SHOWN_S: Final = 8.0
_LOAD_S: Final = 30.0
_AFTER_USE: Final = (Screen.CAMERA, Screen.GALLERY_PICKER, Screen.EDITOR)


def use_link(nav: Navigator, publication: Publication) -> None:
    """From the page of a sound, by its link, to the picker of a reel that has it."""
    config = publication.config
    if nav.ctx.package not in nav.app.packages:
        _refuse(nav, "a copy of Instagram opens no links; give the sound's name instead")
    nav.ctx.step("opening the sound by its link", 32)
    nav.open_link(config.sound_name.strip())
    button = nav.reach(
        lambda sight: _use_button(nav, sight),
        what="the sound's page with “Use audio”",
        timeout_s=config.sound_wait_time + 5.0,
    )
    if not isinstance(button, Node):
        _refuse(nav, "the app says that this sound is not available; give another")
    nav.ctx.step("using the sound", 34)
    nav.tap(button)
    sight = nav.reach(
        lambda now: now if now.seen.screen in _AFTER_USE else None, what="the camera with the sound", timeout_s=_LOAD_S
    )
    gallery = composer.gallery_button(View(nav.app, sight.tree)) if sight.seen.screen is Screen.CAMERA else None
    if gallery is not None:
        nav.ctx.step("opening the gallery", 36)
        nav.tap(gallery)


def _use_button(nav: Navigator, sight: Sight) -> Node | bool | None:
    """What uses the sound; False once the app says that it is gone."""
    view = View(nav.app, sight.tree)
    if view.shown("sound_gone"):
        return False
    return shown.use_button(view) if sight.seen.screen is Screen.SOUND_PAGE else None


def _refuse(nav: Navigator, why: str) -> NoReturn:
    nav.ctx.keep("sound")
    raise ScriptFailed(Reason.REJECTED, f"sound_name: on {nav.phone.serial} {why}. Nothing was posted.")


class Arrangement:
    """Gives one post its sound on the first of its screens that has a way to the list; remembers that it did."""

    def __init__(self, nav: Navigator, publication: Publication, wanted: Destination) -> None:
        self._nav = nav
        self._config = publication.config
        self._wanted = wanted
        self._wish = wish(publication.config)
        self._volumes_due = wanted is Destination.REEL and (self._wish is not None or by_link(publication.config))

    def in_editor(self) -> None:
        """The editor of a reel or of pictures; one without the tool is passed: another, or the form, may have it."""
        if self._wish is not None and self._put_on(Screen.EDITOR):
            self._wish = None
        if self._wish is None and self._volumes_due:
            self._volumes_due = False
            set_volumes(self._nav, self._config, open_sliders=self._open_volumes, editor=_is(Screen.EDITOR), mixed=True)

    def in_story(self) -> None:
        """The story's editor, whose video may be muted besides."""
        if self._wish is None:
            return
        if not self._put_on(Screen.STORY_EDITOR):
            fail_without(self._nav, "the story's editor shows nothing that adds a sound; leave add_sound at -1")
        self._wish = None
        if self._config.origin_sound_volume == 0:
            self._mute()

    def on_form(self) -> None:
        """Pictures may get their sound here, and lose one that the app put on by itself."""
        pictures = self._wanted is Destination.FEED
        if self._wish is not None and not (pictures and self._put_on(Screen.POST_FORM)):
            fail_without(self._nav, "neither editor nor form shows anything that adds a sound; leave add_sound at -1")
        if pictures and wish(self._config) is not None:
            self._wait("the form with the sound that was chosen", lambda view: shown.attached(view) is not None)
        elif pictures and self._config.add_sound == "0":
            self._take_off()
        if self._volumes_due and asked(self._config):
            fail_without(self._nav, NO_VOLUMES)

    def _put_on(self, home: Screen) -> bool:
        """From the tool on this screen through the list and back; False if there is no such tool."""
        nav, wanted = self._nav, self._wish
        tool = self._find(home, lambda view: shown.tool(view) or shown.attached(view), "what adds a sound")
        if tool is None or wanted is None:
            return False
        if not wanted.words and shown.attached(View(nav.app, nav.look().tree)) is not None:
            return True
        nav.tap(tool)
        sound = choose(nav, wanted)
        take(nav, sound, _is(home), take_s=wanted.wait_s)
        return True

    def _open_volumes(self) -> bool:
        tool = self._find(Screen.EDITOR, shown.volume_tool, "what sets volumes")
        if tool is not None:
            self._nav.tap(tool)
        return tool is not None

    def _mute(self) -> None:
        button = self._find(Screen.STORY_EDITOR, shown.mute_button, "what mutes the video")
        if button is None:
            fail_without(self._nav, "the story's editor shows nothing that mutes; leave origin_sound_volume at 50")
        self._nav.ctx.step("muting the video", 44)
        self._nav.tap(button)
        self._wait("the muted video", lambda view: shown.mute_button(view) is None)

    def _take_off(self) -> None:
        view = View(self._nav.app, self._nav.look().tree)
        if shown.attached(view) is None:
            return
        remove = shown.detach_button(view)
        if remove is None:
            fail_without(self._nav, "the form shows a sound and nothing that takes it off; leave add_sound at -1")
        self._nav.ctx.step("taking the sound off", 44)
        self._nav.tap(remove)
        self._wait("the form without a sound", lambda view: shown.attached(view) is None)

    def _find(self, home: Screen, find: Callable[[View], Node | None], what: str) -> Node | None:
        return self._nav.find(
            lambda sight: find(View(self._nav.app, sight.tree)) if sight.seen.screen is home else None,
            what=what,
            timeout_s=_TOOL_S,
        )

    def _wait(self, what: str, shows: Callable[[View], bool]) -> None:
        self._nav.reach(
            lambda sight: shows(View(self._nav.app, sight.tree)) or None, what=what, timeout_s=_SHOWN_S, patient=True
        )


def _is(home: Screen) -> Callable[[Sight], bool]:
    return lambda sight: sight.seen.screen is home
