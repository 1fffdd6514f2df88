"""Fills TikTok's post form: caption and title read back, suggestions closed, the product linked where one is wanted."""

from typing import Final

from drover.apps import Screen, form
from drover.apps.publish_controls import caption_fields, post_button
from drover.apps.view import View
from drover.apps.zones import span
from drover.phone.hierarchy import Node
from drover.phone.typed_text import same_text
from drover.scripts.context import ScriptFailed
from drover.scripts.navigation import Navigator, NotReachedError, Sight
from drover.scripts.publishing.publisher import Publication
from drover.scripts.publishing.tiktok import products
from drover.wire.tasks import Reason

_FORM_S: Final = 15.0
_FOCUS_S: Final = 4.0
_SHOWN_S: Final = 6.0
_BUTTON_S: Final = 4.0


def fill(nav: Navigator, publication: Publication) -> str:
    """Write the words into the right fields and leave the form with its button free to tap.

    The name of the product that the form links, empty without one.
    """
    sight = nav.bring(
        lambda now: now if caption_fields(nav.app, now.tree).description else None,
        page=_is_form,
        what="the field for the caption",
        timeout_s=_FORM_S,
    )
    words = publication.caption
    if caption_fields(nav.app, sight.tree).title is None:
        _write(nav, "description", words.joined)
    else:
        _write(nav, "title", words.title)
        _write(nav, "description", words.description)
    config = publication.config
    product = products.add_product(nav, config.product_name) if config.add_product_link else ""
    ready_button(nav, product)
    return product


def ready_button(nav: Navigator, product: str = "") -> Node:
    """The button that publishes, uncovered, as the form stands right now, with the product that it must link."""

    def button(sight: Sight) -> Node | None:
        complete = not product or products.linked(nav, sight, product)
        return post_button(nav.app, sight.tree) if complete else None

    what = f"the button that publishes, with the product {product!r}" if product else "the button that publishes"
    return nav.reach(button, what=what, timeout_s=_FORM_S, patient=True)


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
            "otherwise, and nothing was posted; look at the kept screenshot, then create it again in other words.",
        )
    _free_the_button(nav, role, text)


def _field(nav: Navigator, role: str) -> Node:
    def field(sight: Sight) -> Node | None:
        found = caption_fields(nav.app, sight.tree)
        return found.title if role == "title" else found.description

    return nav.bring(field, page=_is_form, what=f"the field for the {role}", timeout_s=_SHOWN_S, patient=True)


def _is_form(sight: Sight) -> bool:
    return sight.seen.screen is Screen.POST_FORM


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
    tree = nav.look().tree
    view = View(nav.app, tree)
    collapse = form.row(view, "collapse")
    if collapse is not None:
        nav.tap(collapse)
    else:
        nav.tap_page(tree, 0.45, 0.08 * span(view) / view.height)
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
