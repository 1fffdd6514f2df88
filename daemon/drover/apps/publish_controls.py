"""What publishing asks of a screen, guarded by what the screen is: a button is none anywhere else. Pure."""

from drover.apps import form, grid, picker
from drover.apps import upload as uploads
from drover.apps.ages import Since, ages
from drover.apps.form import Fields
from drover.apps.grid import Grid
from drover.apps.picker import Tile
from drover.apps.recogniser import recognise
from drover.apps.screens import Screen
from drover.apps.tables import App
from drover.apps.upload import Upload
from drover.apps.view import view_of
from drover.phone.hierarchy import Hierarchy, Node

_WITH_TAB_BAR = (
    Screen.HOME_FEED,
    Screen.FRIENDS_FEED,
    Screen.SHOP,
    Screen.INBOX,
    Screen.OWN_PROFILE,
    Screen.AFTER_POST,
)


def create_button(app: App, hierarchy: Hierarchy) -> Node | None:
    """The button of the navigation bar that begins a post."""
    return picker.create_button(view_of(app, hierarchy)) if _is(app, hierarchy, *_WITH_TAB_BAR) else None


def gallery_thumbnail(app: App, hierarchy: Hierarchy) -> Node | None:
    """The camera's way into the picker."""
    return picker.thumbnail(view_of(app, hierarchy)) if _is(app, hierarchy, Screen.CAMERA) else None


def camera_tab(app: App, hierarchy: Hierarchy) -> Node | None:
    """What leads from the templates to the camera."""
    return picker.post_mode(view_of(app, hierarchy)) if _is(app, hierarchy, Screen.CREATE_TAB) else None


def picker_tiles(app: App, hierarchy: Hierarchy) -> list[Tile]:
    """The picker's items, the newest first."""
    return picker.tiles(view_of(app, hierarchy)) if _is(app, hierarchy, Screen.GALLERY_PICKER) else []


def picker_selected(app: App, hierarchy: Hierarchy) -> int:
    """How many items of the picker are selected."""
    return picker.selected_count(view_of(app, hierarchy)) if _is(app, hierarchy, Screen.GALLERY_PICKER) else 0


def picker_tab(app: App, hierarchy: Hierarchy, meaning: str) -> Node | None:
    """The picker's tab of one kind (`picker_videos`, `picker_photos`) where it is not chosen yet."""
    return picker.kind_tab(view_of(app, hierarchy), meaning) if _is(app, hierarchy, Screen.GALLERY_PICKER) else None


def next_button(app: App, hierarchy: Hierarchy) -> Node | None:
    """What goes on from picker or editor; None until it can be tapped. Never what publishes a story."""
    return (
        picker.next_button(view_of(app, hierarchy))
        if _is(app, hierarchy, Screen.GALLERY_PICKER, Screen.EDITOR)
        else None
    )


def caption_fields(app: App, hierarchy: Hierarchy) -> Fields:
    """The fields of the post form; none on any other screen."""
    on_form = _is(app, hierarchy, Screen.POST_FORM)
    return form.fields(view_of(app, hierarchy)) if on_form else Fields(title=None, description=None)


def post_button(app: App, hierarchy: Hierarchy) -> Node | None:
    """The button that publishes; None on every other screen, and while something lies over it."""
    return form.post_button(view_of(app, hierarchy)) if _is(app, hierarchy, Screen.POST_FORM) else None


def publish_answer(app: App, hierarchy: Hierarchy) -> Node | None:
    """The answer that publishes, to the question that may follow Post."""
    asked = _is(app, hierarchy, Screen.PUBLISH_QUESTION)
    return form.answer(view_of(app, hierarchy), "publish_now", "post") if asked else None


def discard_answer(app: App, hierarchy: Hierarchy) -> Node | None:
    """The answer that throws an unfinished post away."""
    asked = _is(app, hierarchy, Screen.DISCARD_QUESTION)
    return form.answer(view_of(app, hierarchy), "discard", "discard_weak") if asked else None


def upload(app: App, hierarchy: Hierarchy) -> Upload:
    """What the screen says of an upload, whichever screen it is."""
    return uploads.upload(view_of(app, hierarchy))


def upload_over_feed(app: App, hierarchy: Hierarchy) -> Upload:
    """What the home feed says of uploads, over a video whose own words may say the same."""
    return uploads.upload_over_feed(view_of(app, hierarchy))


def upload_on_profile(app: App, hierarchy: Hierarchy) -> Upload:
    """What the own profile says of uploads, next to its tiles."""
    return uploads.upload_on_profile(view_of(app, hierarchy))


def fresh_post(app: App, hierarchy: Hierarchy, *, words: str, author: str, since: Since, opened: bool = False) -> bool:
    """Whether a page shows in full a post made only since, by its words and author; `opened` as in `uploads`."""
    pages = (Screen.AFTER_POST, Screen.VIDEO, Screen.FRIENDS_FEED, Screen.HOME_FEED)
    shown = view_of(app, hierarchy)
    return _is(app, hierarchy, *pages) and uploads.fresh_post(shown, words, author, since, opened=opened)


def older_post(app: App, hierarchy: Hierarchy, *, since: Since) -> bool:
    """Whether a page shows in full a post that says an age, and was there before: never one made since."""
    found = ages(view_of(app, hierarchy)) if _is(app, hierarchy, Screen.VIDEO, Screen.FRIENDS_FEED) else []
    return bool(found) and not any(map(since.younger, found)) and not any(age.vague for age in found)


def profile_grid(app: App, hierarchy: Hierarchy) -> Grid | None:
    """The posts of the own profile; None on any other screen."""
    return grid.grid(view_of(app, hierarchy)) if _is(app, hierarchy, Screen.OWN_PROFILE) else None


def _is(app: App, hierarchy: Hierarchy, *screens: Screen) -> bool:
    return recognise(app, hierarchy).screen in screens
