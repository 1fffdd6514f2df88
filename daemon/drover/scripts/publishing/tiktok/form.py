"""Fills TikTok's post form: caption and title read back, suggestions closed, the product link where it is wanted."""

from typing import Final, NoReturn

from drover.apps import Screen, form
from drover.apps.publishing import caption_fields, post_button
from drover.apps.view import View
from drover.phone.hierarchy import Node
from drover.phone.typed import same_text
from drover.scripts.context import ScriptFailed
from drover.scripts.navigation import Navigator, NotReachedError, Sight
from drover.scripts.publishing.publisher import Publication
from drover.wire.tasks import Reason

_FORM_S: Final = 15.0
_FOCUS_S: Final = 4.0
_SHOWN_S: Final = 6.0
_ROW_S: Final = 5.0
_BUTTON_S: Final = 4.0


def fill(nav: Navigator, publication: Publication) -> None:
    """Write the words into the right fields and leave the form with its button free to tap."""
    sight = nav.reach(
        lambda now: now if caption_fields(nav.app, now.tree).description else None,
        what="the field for the caption",
        timeout_s=_FORM_S,
    )
    words = publication.caption
    if caption_fields(nav.app, sight.tree).title is None:
        _write(nav, "description", words.joined)
    else:
        _write(nav, "title", words.title)
        _write(nav, "description", words.description)
    if publication.config.add_product_link:
        _add_product(nav)
    ready_button(nav)


def ready_button(nav: Navigator) -> Node:
    """The button that publishes, uncovered, as the form stands right now."""
    return nav.reach(
        lambda sight: post_button(nav.app, sight.tree),
        what="the button that publishes",
        timeout_s=_FORM_S,
        patient=True,
    )


def _write(nav: Navigator, role: str, text: str) -> None:
    """Type into a field, replacing what it holds, and read it back; nothing for no words."""
    if not text:
        return
    nav.ctx.step(f"writing the {role}", 50)
    nav.tap(_field(nav, role))
    _wait_for_focus(nav, role)
    nav.phone.type_text(text)
    if not _shows(nav, role, text):
        shown = _field(nav, role).text
        nav.ctx.keep("caption_differs")
        raise ScriptFailed(
            Reason.APP_CHANGED,
            f"The {role} on {nav.phone.serial} reads {shown[:80]!r} after typing {text[:80]!r}: the app took it "
            "otherwise, perhaps because it is too long; nothing was posted.",
        )
    _free_the_button(nav, role, text)


def _field(nav: Navigator, role: str) -> Node:
    def field(sight: Sight) -> Node | None:
        found = caption_fields(nav.app, sight.tree)
        return found.title if role == "title" else found.description

    return nav.reach(field, what=f"the field for the {role}", timeout_s=_SHOWN_S, patient=True)


def _wait_for_focus(nav: Navigator, role: str) -> None:
    """Typing goes where the focus is: it must be in this field and in no other."""

    def focused(sight: Sight) -> bool | None:
        found = caption_fields(nav.app, sight.tree)
        node = found.title if role == "title" else found.description
        return True if node is not None and node.focused else None

    nav.reach(focused, what=f"the focus in the field for the {role}", timeout_s=_FOCUS_S, patient=True)


def _shows(nav: Navigator, role: str, text: str) -> bool:
    def shown(sight: Sight) -> bool | None:
        found = caption_fields(nav.app, sight.tree)
        node = found.title if role == "title" else found.description
        return True if node is not None and same_text(node.text, text) else None

    try:
        return nav.reach(shown, what=f"the {role} as it was typed", timeout_s=_SHOWN_S, patient=True)
    except NotReachedError:
        return False


def _free_the_button(nav: Navigator, role: str, text: str) -> None:
    """Close a list of hashtags or names that lies over the button, by what harms least: a space ends the word, a tap

    on Collapse or on the empty title bar takes the focus away. BACK might ask to discard the post.
    """
    if _button_free(nav):
        return
    nav.phone.type_text(f"{text} ")
    if _button_free(nav):
        return
    view = View(nav.app, nav.look().tree)
    collapse = form.row(view, "collapse")
    if collapse is not None:
        nav.tap(collapse)
    else:
        nav.phone.tap_point(int(0.45 * view.width), int(0.08 * view.height))
    ready_button(nav)


def _button_free(nav: Navigator) -> bool:
    try:
        nav.reach(
            lambda sight: post_button(nav.app, sight.tree),
            what="the button that publishes",
            timeout_s=_BUTTON_S,
            patient=True,
        )
    except NotReachedError:
        return False
    return True


def _add_product(nav: Navigator) -> None:
    """Add the first product that the account offers; the row exists only for accounts that sell.

    No recording of these sheets is known, and a task names no product. Unless the row says something else than
    "Add ..." afterwards, the task ends before anything is posted.
    """
    nav.ctx.step("adding the product link", 54)
    if not _tap_row(nav, "add_product") and not _tap_row(nav, "add_link"):
        _no_product(nav, "offers no product link: the account may have no shop")
    _tap_row(nav, "add_product")
    if not _tap_row(nav, "add"):
        _no_product(nav, "lists no product to add")
    _tap_row(nav, "done")
    try:
        nav.reach(
            lambda sight: _with_product(nav, sight), what="the form with a product", timeout_s=_FORM_S, patient=True
        )
    except NotReachedError:
        _no_product(nav, "took no product from the account's shop")


def _with_product(nav: Navigator, sight: Sight) -> bool | None:
    on_form = sight.seen.screen is Screen.POST_FORM
    return True if on_form and not View(nav.app, sight.tree).shown("add_product", "add_link") else None


def _no_product(nav: Navigator, why: str) -> NoReturn:
    nav.ctx.keep("no_product")
    raise ScriptFailed(
        Reason.APP_CHANGED,
        f"The post form on {nav.phone.serial} {why}. Nothing was posted; set add_product_link to 0, or set up the "
        "account's shop.",
    )


def _tap_row(nav: Navigator, meaning: str) -> bool:
    try:
        row = nav.reach(
            lambda sight: form.row(View(nav.app, sight.tree), meaning),
            what=f"a row that says {meaning.replace('_', ' ')}",
            timeout_s=_ROW_S,
            patient=True,
        )
    except NotReachedError:
        return False
    nav.tap(row)
    return True
