"""Fills TikTok's post form: caption and title read back, suggestions closed, the product linked where one is wanted."""

from typing import Final

from drover.apps import form
from drover.apps.publish_controls import caption_fields, post_button
from drover.apps.view import View
from drover.apps.zones import span
from drover.phone.hierarchy import Node
from drover.scripts.navigation import Navigator, Sight
from drover.scripts.publishing.publisher import Publication
from drover.scripts.publishing.text_field import TextField, on_form, write
from drover.scripts.publishing.tiktok import products

_FORM_S: Final = 15.0
_BUTTON_S: Final = 4.0


def fill(nav: Navigator, publication: Publication) -> str:
    """Write the words into the right fields and leave the form with its button free to tap.

    The name of the product that the form links, empty without one.
    """
    sight = nav.bring(
        lambda now: now if caption_fields(nav.app, now.tree).description else None,
        page=on_form,
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


def _field(nav: Navigator, role: str) -> TextField:
    """The form's `title` or `description`."""

    def node(sight: Sight) -> Node | None:
        found = caption_fields(nav.app, sight.tree)
        return found.title if role == "title" else found.description

    def text(sight: Sight) -> str | None:
        field = node(sight)
        return None if field is None else field.text

    return TextField(name=role, node=node, text=text)


def _write(nav: Navigator, role: str, text: str) -> None:
    """Write into a field and have the button free again; nothing for no words."""
    if text:
        write(nav, _field(nav, role), text)
        _free_the_button(nav, text)


def _free_the_button(nav: Navigator, text: str) -> None:
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
    button = nav.find(
        lambda sight: post_button(nav.app, sight.tree), what="the button that publishes", timeout_s=_BUTTON_S
    )
    return button is not None
