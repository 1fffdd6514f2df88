"""`post` with a product of the account's shop: which one, under which name, and what ends the task before it posts."""

from pathlib import Path
from typing import Any

import pytest

from drover.wire.tasks import Effect, Reason
from phonesim.shops import PRODUCTS
from tests.support import posting
from tests.support.media_files import video_file
from tests.support.screens import nodes_of
from tests.support.script_phone import DisplayPhone, RecordingContext, Result, run

FIRST = PRODUCTS[0].name
SELLER = "shop_sim0001"


def publish(
    phone: DisplayPhone, folder: Path, username: str | None = SELLER, **config: Any
) -> tuple[RecordingContext, Result]:
    shop = {"captions": "look at this #lamp", "add_product_link": 1, **config}
    return posting.publish(phone, folder, username=username, **shop)


def linked(phone: DisplayPhone) -> list[tuple[str, str]]:
    return [(post["product"], post["product_name"]) for post in phone.posts()]


def nothing_stays(phone: DisplayPhone) -> bool:
    return (phone.posts(), phone.state["drafts"], phone.taps(), phone.shelf.names()) == ([], [], [], [])


@pytest.mark.parametrize("landing", ["form", "editor"])
@pytest.mark.parametrize("content", [0, 1])
def test_the_first_product_is_linked_and_told(phone: DisplayPhone, tmp_path: Path, content: int, landing: str) -> None:
    phone.fault("share_lands_on", page=landing)
    ctx, result = publish(phone, tmp_path, content_type=content)
    assert result.reason is None, result.remark
    assert linked(phone) == [(FIRST, FIRST)]
    assert phone.posts()[0]["account"] == SELLER
    assert result.remark == f"with the product “{FIRST}”"
    assert f"linking the product {FIRST!r}" in [text for text, _ in ctx.steps]


@pytest.mark.parametrize("product", [product.name for product in PRODUCTS if product.name.isascii()])
def test_a_product_by_its_name(phone: DisplayPhone, tmp_path: Path, product: str) -> None:
    """The last ones lie below the screen; one name begins like another's."""
    _, result = publish(phone, tmp_path, product_name=f"  {product.upper()}")
    assert result.reason is None, result.remark
    [(taken, shown)] = linked(phone)
    assert taken == product
    assert shown == product[:30].rstrip()


def test_a_name_beyond_the_basic_plane(phone: DisplayPhone, tmp_path: Path) -> None:
    _, result = publish(phone, tmp_path, product_name="Wool Socks 🧦")
    assert result.reason is None, result.remark
    assert linked(phone)[0][0] == "Wool Socks 🧦"


def test_a_name_too_long_for_the_app_is_shortened_and_told(phone: DisplayPhone, tmp_path: Path) -> None:
    _, result = publish(phone, tmp_path, product_name="Notebook with 120 dotted pages and a ribbon")
    assert result.reason is None, result.remark
    assert result.remark.endswith("shown as “Notebook with 120 dotted pages”")


def test_versions_that_ask_for_no_name(phone: DisplayPhone, tmp_path: Path) -> None:
    phone.fault("product_unnamed")
    _, result = publish(phone, tmp_path, product_name="Desk Plant")
    assert result.reason is None, result.remark
    assert linked(phone) == [("Desk Plant", "Desk Plant")]


def test_a_list_that_comes_late(phone: DisplayPhone, tmp_path: Path) -> None:
    phone.fault("products_late", seconds=9)
    _, result = publish(phone, tmp_path)
    assert result.reason is None, result.remark
    assert linked(phone) == [(FIRST, FIRST)]


def test_a_list_that_never_comes(phone: DisplayPhone, tmp_path: Path) -> None:
    phone.fault("products_late", seconds=10_000)
    _, result = publish(phone, tmp_path)
    assert (result.reason, result.tapped) == (Reason.TIMEOUT, False)
    assert "products of the account's shop" in result.remark
    assert nothing_stays(phone)


@pytest.mark.parametrize("fault", ["unknown_popup", "popup"])
@pytest.mark.parametrize("after", [0, 1, 2])
def test_what_comes_over_the_products_is_put_away(phone: DisplayPhone, tmp_path: Path, fault: str, after: int) -> None:
    """The list is the first page after the form, the name the second."""

    class Popping(RecordingContext):
        def step(self, text: str, progress: int) -> None:
            super().step(text, progress)
            if text.startswith("looking for the account's first product"):
                phone.fault(fault, after=after, **({"kind": "rating"} if fault == "popup" else {}))

    ctx = Popping(phone, media=[video_file(tmp_path)], username=SELLER)
    result = run("post", ctx, {"add_product_link": 1})
    assert result.reason is None, result.remark
    assert linked(phone) == [(FIRST, FIRST)]


@pytest.mark.parametrize(
    ("username", "faults", "config", "says"),
    [
        (None, [], {}, "has no shop"),
        (SELLER, ["no_products"], {}, "no product"),
        (SELLER, [], {"product_name": "Blue Mug"}, "“Blue Mug 350 ml”"),
    ],
)
def test_without_the_product_nothing_is_posted(
    phone: DisplayPhone,
    tmp_path: Path,
    username: str | None,
    faults: list[str],
    config: dict[str, str],
    says: str,
) -> None:
    for fault in faults:
        phone.fault(fault)
    ctx, result = publish(phone, tmp_path, username, **config)
    assert (result.reason, ctx.effect) == (Reason.REJECTED, Effect.NONE)
    assert says in result.remark
    assert "add_product_link" in result.remark
    assert "no_product" in ctx.kept
    assert nothing_stays(phone)


def test_a_product_that_is_lost_before_the_tap_is_not_done_without(phone: DisplayPhone, tmp_path: Path) -> None:
    """The form is read once more between the intent and the tap."""

    class Losing(RecordingContext):
        def step(self, text: str, progress: int) -> None:
            super().step(text, progress)
            if text.startswith("publishing"):
                said = nodes_of(phone.display.hierarchy_xml())
                phone.display.tap(*next(n for n in said if n["content-desc"] in ("Remove", "Retirer")).centre)

    ctx = Losing(phone, media=[video_file(tmp_path)], username=SELLER)
    result = run("post", ctx, {"add_product_link": 1})
    assert result.reason is Reason.APP_CHANGED
    assert FIRST in result.remark
    assert nothing_stays(phone)
