"""The three ways to TikTok's form: a share, the app's own button and picker, the page of a sound."""

from typing import Final
from urllib.parse import quote

from drover.apps import Screen
from drover.apps.publish_controls import camera_tab, create_button, gallery_thumbnail, next_button
from drover.scripts.context import ScriptFailed
from drover.scripts.navigation import Navigator, NotReachedError, Sight
from drover.scripts.publishing.publisher import Publication
from drover.scripts.publishing.sharing import shared
from drover.scripts.publishing.sound_choice import is_link, wrong_link
from drover.scripts.publishing.tiktok import sounds
from drover.scripts.publishing.tiktok.file_picker import pick
from drover.wire.tasks import Reason

_LOAD_S: Final = 30.0
_BAR_S: Final = 8.0
_AGAIN_S: Final = 8.0
_TRIES: Final = 3


def enter(nav: Navigator, publication: Publication) -> None:
    """Bring the files into the app, as far as its editor or its form."""
    share = nav.app.activities["share"]
    if shared(nav, publication, lambda item: nav.phone.share(item, nav.ctx.package, share)):
        nav.reach(_editor_or_form, what=f"{nav.app.name}'s editor or post form after sharing", timeout_s=_LOAD_S)
        return
    if publication.config.post_way == "useSound":
        _open_sound(nav, publication)
    else:
        _open_camera(nav)
    _open_picker(nav)
    pick(nav, publication)


def _open_camera(nav: Navigator) -> None:
    nav.ctx.step("opening the camera", 32)
    nav.phone.gallery.allow_reading(nav.ctx.package)
    nav.phone.launch(nav.ctx.package)
    button = nav.find(lambda sight: create_button(nav.app, sight.tree), what="the Create button", timeout_s=_BAR_S)
    if button is None:
        nav.phone.open_activity(nav.ctx.package, nav.app.activities["record"])
    else:
        nav.tap(button)


def _open_picker(nav: Navigator) -> None:
    """From the camera, or from the templates next to it, into the gallery."""
    sight = nav.reach(_camera_or_picker, what="the camera", timeout_s=_LOAD_S)
    if sight.seen.screen is Screen.CREATE_TAB:
        tab = camera_tab(nav.app, sight.tree)
        if tab is None:
            raise NotReachedError("the way from the templates to the camera", sight)
        nav.tap(tab)
        sight = nav.reach(
            lambda now: now if now.seen.screen in (Screen.CAMERA, Screen.GALLERY_PICKER) else None, what="the camera"
        )
    if sight.seen.screen is Screen.CAMERA:
        nav.ctx.step("opening the gallery", 36)
        nav.tap(nav.reach(lambda now: gallery_thumbnail(nav.app, now.tree), what="the camera's way to the gallery"))


def _camera_or_picker(sight: Sight) -> Sight | None:
    return sight if sight.seen.screen in (Screen.CAMERA, Screen.CREATE_TAB, Screen.GALLERY_PICKER) else None


def _open_sound(nav: Navigator, publication: Publication) -> None:
    """The page of the sound, by its link or by search, and on to the camera with it."""
    name, wait_s = publication.config.sound_name.strip(), float(publication.config.sound_wait_time)
    nav.phone.gallery.allow_reading(nav.ctx.package)
    if is_link(name):
        nav.ctx.step("opening the sound by its link", 32)
        nav.open_link(_checked(nav, name))
    else:
        nav.ctx.step(f"searching for the sound {name!r}", 32)
        nav.open_link(nav.app.links["search"].format(query=quote(name, safe="")))
        sounds.open_found(nav, publication.config)
    button = nav.reach(
        lambda sight: sounds.use_button(nav, sight), what="the sound's page with its button", timeout_s=wait_s + 5
    )
    nav.ctx.step("using the sound", 34)
    nav.tap(button)


def _checked(nav: Navigator, link: str) -> str:
    why = wrong_link(nav.app, link)
    if why:
        raise ScriptFailed(Reason.REJECTED, f"{why}. Nothing was posted.")
    return link


def to_form(nav: Navigator, publication: Publication) -> None:
    """From the editor, with its sound arranged, to the form. Some versions skip the editor after a share."""
    sight = nav.reach(_editor_or_form, what="the editor", timeout_s=_LOAD_S)
    if sight.seen.screen is Screen.EDITOR:
        sounds.arrange(nav, publication.config)
        _next(nav)
    else:
        sounds.refuse_without_editor(nav, publication.config)


def _next(nav: Navigator) -> None:
    """Tap Next until the form is there: a tap on an editor that still loads is lost. Never "Your Story"."""
    for _ in range(_TRIES):
        nav.ctx.step("on to the post form", 45)
        nav.tap(nav.reach(lambda sight: next_button(nav.app, sight.tree), what="the editor's Next", timeout_s=_LOAD_S))
        try:
            nav.reach(_form, what="the post form", timeout_s=_AGAIN_S, patient=True)
            return
        except NotReachedError as error:
            if next_button(nav.app, error.last.tree) is None:
                break
    nav.reach(_form, what="the post form", timeout_s=_LOAD_S)


def _form(sight: Sight) -> Sight | None:
    return sight if sight.seen.screen is Screen.POST_FORM else None


def _editor_or_form(sight: Sight) -> Sight | None:
    return sight if sight.seen.screen in (Screen.EDITOR, Screen.POST_FORM) else None
