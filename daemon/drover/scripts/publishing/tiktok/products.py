"""Links a product of the account's own shop to the post on the form, and reads on the form that it stands.

Nothing is posted without it: whatever is not found ends the task before the tap.
"""

from collections.abc import Callable
from typing import Final, NoReturn

from drover.apps import Screen, form
from drover.apps import products as shown
from drover.apps.products import Product
from drover.apps.view import View
from drover.phone.hierarchy import Node
from drover.phone.typed_text import same_text
from drover.scripts.context import ScriptFailed
from drover.scripts.navigation import Navigator, NotReachedError, Sight
from drover.wire.tasks import Reason

LIST_S: Final = 20.0
"""How long the list of products may take to come."""
EMPTY_S: Final = 2.0
"""How long a list must say that it is empty to be believed."""
ROW_S: Final = 5.0
_PAGE_S: Final = 12.0
_SCROLLS: Final = 3
_PAGES: Final = 30
_NAME_LENGTH: Final = 30
_MOST_LISTED: Final = 10


def add_product(nav: Navigator, wanted: str) -> str:
    """Link the product of this name, without one the first that the app offers; the name that the form shows.

    Says in the log and in the task's remark which product it was. Raises ScriptFailed `rejected` where the account has
    no shop, no product or none of this name.
    """
    nav.ctx.step(f"looking for the product {wanted!r}" if wanted else "looking for the account's first product", 54)
    _open_list(nav)
    product = _find(nav, wanted)
    nav.ctx.step(f"linking the product {product.name!r}", 55)
    nav.tap(product.add)
    name = _give_name(nav, product.name)
    _wait_until_linked(nav, name)
    nav.ctx.step(f"the form links the product {name!r}", 56)
    under = "" if name == product.name else f", shown as “{name}”"
    nav.ctx.remark = f"with the product “{product.name}”{under}"
    return name


def linked(nav: Navigator, sight: Sight, name: str) -> bool:
    """Whether the form in front links this product."""
    return sight.seen.screen is Screen.POST_FORM and shown.linked(View(nav.app, sight.tree), name)


# --- the way to the list ---


def _open_list(nav: Navigator) -> None:
    nav.tap(_opener(nav))
    found = nav.reach(
        lambda sight: _after_opener(nav, sight),
        what="what a post can link, or the account's products",
        timeout_s=LIST_S,
    )
    if isinstance(found, Node):
        nav.tap(found)


def _opener(nav: Navigator) -> Node:
    """The row of the form, which may lie behind the keyboard or further down."""
    for _ in range(_SCROLLS):
        try:
            return nav.reach(
                lambda sight: shown.opener(View(nav.app, sight.tree)) if _on_form(sight) else None,
                what="the form's row for links",
                timeout_s=ROW_S,
                patient=True,
            )
        except NotReachedError as error:
            _show_more(nav, error.last)
    _refuse(nav, "has no row that adds a link or a product: the account may have no shop")


def _show_more(nav: Navigator, sight: Sight) -> None:
    collapse = form.row(View(nav.app, sight.tree), "collapse")
    if collapse is not None:
        nav.tap(collapse)
    elif _on_form(sight):
        nav.phone.swipe_up(sight.tree)


def _on_form(sight: Sight) -> bool:
    return sight.seen.screen is Screen.POST_FORM


def _after_opener(nav: Navigator, sight: Sight) -> Node | bool | None:
    """True on the list; what leads to it on the sheet of links; raises where the account sells nothing."""
    if sight.seen.screen is Screen.PRODUCT_LIST:
        return True
    if sight.seen.screen is Screen.LINK_ENTRY:
        _refuse(nav, "asks for a link to be typed and offers no products: the account has no shop")
    return shown.kind(View(nav.app, sight.tree)) if sight.seen.screen is Screen.LINK_SHEET else None


# --- the list ---


def _find(nav: Navigator, wanted: str) -> Product:
    """The product, scrolled to where the list is longer than the screen."""
    seen: dict[str, None] = {}
    for _ in range(_PAGES):
        page = _page(nav)
        match = next((product for product in page if not wanted or shown.same_name(product.name, wanted)), None)
        if match is not None:
            return match
        new = [product.name for product in page if product.name not in seen]
        if not new:
            break
        seen.update(dict.fromkeys(new))
        _scroll(nav, page)
    _refuse(nav, f"offers no product called {wanted!r} (product_name), but {_listed(list(seen))}")


def _scroll(nav: Navigator, page: list[Product]) -> None:
    """Drag the lowest product by its name to the place of the first, so that none is passed over."""
    low, high = page[-1].words, page[0].words
    nav.drag(low, (0, high.bounds.center[1] - low.bounds.center[1]))


def _listed(names: list[str]) -> str:
    listed = ", ".join(f"“{name}”" for name in names[:_MOST_LISTED])
    return listed if len(names) <= _MOST_LISTED else f"{listed} and {len(names) - _MOST_LISTED} more"


def _page(nav: Navigator) -> list[Product]:
    """The products in sight, once the list has come and stands still; raises where it says that it is empty."""
    return nav.reach(_Standing(nav).read, what="the products of the account's shop", timeout_s=LIST_S)


class _Standing:
    """Since when the list shows the same."""

    def __init__(self, nav: Navigator) -> None:
        self._nav = nav
        self._places: list[tuple[str, int]] = []
        self._empty_since: float | None = None

    def read(self, sight: Sight) -> list[Product] | None:
        view = View(self._nav.app, sight.tree)
        if sight.seen.screen is not Screen.PRODUCT_LIST or "loading" in sight.seen.details:
            self._places, self._empty_since = [], None
            return None
        found = shown.offered(view)
        places = [(product.name, product.add.bounds.top) for product in found]
        before, self._places = self._places, places
        self._refuse_empty(empty=not found and shown.none_offered(view))
        return found if found and places == before else None

    def _refuse_empty(self, *, empty: bool) -> None:
        now = self._nav.now()
        self._empty_since = (self._empty_since or now) if empty else None
        if self._empty_since is not None and now - self._empty_since >= EMPTY_S:
            _refuse(self._nav, "says that the account's shop has no product to add")


# --- the name, and the form again ---


def _give_name(nav: Navigator, name: str) -> str:
    """Take the name that the app proposes, shortened where it is too long; some versions ask for none."""
    after = nav.reach(
        lambda sight: _after_choice(nav, sight, name), what="the product's name, or the form with it", timeout_s=_PAGE_S
    )
    if isinstance(after, Node):
        nav.tap(after)
        after = nav.reach(lambda sight: _done(nav, sight, name), what="the form with the product", timeout_s=_PAGE_S)
    return name if after else _take_name(nav, name)


def _after_choice(nav: Navigator, sight: Sight, name: str) -> Node | bool | None:
    """What follows the choice: a button that ends it, a name to be given (False), or the form with it (True)."""
    if sight.seen.screen is Screen.PRODUCT_LIST:
        return shown.take(View(nav.app, sight.tree))
    return _done(nav, sight, name)


def _done(nav: Navigator, sight: Sight, name: str) -> bool | None:
    if sight.seen.screen is Screen.PRODUCT_NAME:
        return False
    return True if linked(nav, sight, name) else None


def _take_name(nav: Navigator, name: str) -> str:
    view = View(nav.app, nav.look().tree)
    field = shown.name_field(view)
    proposed = field.text if field is not None and field.text.strip() else name
    limit = shown.name_limit(view) or (len(proposed) if shown.name_button(view) else _NAME_LENGTH)
    if len(proposed) > limit:
        proposed = _write(nav, proposed[:limit].rstrip())
    nav.tap(_named(nav, shown.name_button, "what takes the product's name"))
    return proposed


def _write(nav: Navigator, text: str) -> str:
    """Write another name, and read it back."""
    nav.tap(_named(nav, shown.name_field, "the field for the product's name"))
    _named(nav, lambda now: _field(now, focused=True), "the focus in the product's name")
    nav.phone.type_text(text)
    _named(nav, lambda now: _field(now, text=text), f"the product's name as {text!r}")
    return text


def _field(view: View, *, focused: bool = False, text: str = "") -> Node | None:
    """The field, once it has the focus or holds the text."""
    field = shown.name_field(view)
    fits = field is not None and (field.focused if focused else same_text(field.text, text))
    return field if fits else None


def _named(nav: Navigator, read: Callable[[View], Node | None], what: str) -> Node:
    """Something of the page on which the name is given."""
    return nav.reach(
        lambda sight: read(View(nav.app, sight.tree)) if sight.seen.screen is Screen.PRODUCT_NAME else None,
        what=what,
        timeout_s=ROW_S,
    )


def _wait_until_linked(nav: Navigator, name: str) -> None:
    try:
        nav.reach(
            lambda sight: True if linked(nav, sight, name) else None,
            what="the form with the product",
            timeout_s=_PAGE_S,
        )
    except NotReachedError as error:
        if not _on_form(error.last):
            raise
        _refuse(nav, f"does not show the product {name!r} after it was added")


def _refuse(nav: Navigator, why: str) -> NoReturn:
    nav.ctx.keep("no_product")
    raise ScriptFailed(
        Reason.REJECTED,
        f"{nav.app.name} on {nav.phone.serial} {why}. Nothing was posted; set add_product_link to 0, or see to the "
        "account's shop.",
    )
