"""From "Add link" to a product of the account's showcase, and back to the form."""

import pytest

from phonesim.shops import PRODUCTS
from tests.support.screens import BACK, Screen


@pytest.fixture
def screen() -> Screen:
    """The form of the account that sells."""
    it = Screen(width=1080, height=2400)
    it.launch()
    it.tap("Profile")
    it.tap("demo_sim0001")
    it.tap("shop_sim0001")
    it.tap("Not now")
    it.display.inject("share_lands_on", {"page": "form"})
    it.share(it.gallery.put("a.mp4"))
    return it


def open_list(screen: Screen) -> None:
    screen.tap("Add link")
    assert screen.name == "tiktok.link_kinds"
    screen.tap("Product")


def names(screen: Screen) -> list[str]:
    """The products in sight, from the top."""
    return [n["text"] for n in screen.nodes() if n["resource-id"].endswith("/xk4")]


def publish(screen: Screen) -> dict[str, object]:
    screen.tap("Post")
    screen.clock.pass_s(2)
    return dict(screen.state["posts"][0])


def test_a_product_is_taken_and_named(screen: Screen) -> None:
    open_list(screen)
    assert names(screen) == []
    screen.clock.pass_s(0.3)
    assert names(screen)[:2] == ["Paper Lamp", "Paper Lamp, large"]
    screen.tap("Add", 1)
    assert screen.name == "tiktok.product_name"
    screen.tap("Paper Lamp, large")
    screen.display.type_text("My lamp", replace=True)
    screen.display.key(BACK)
    screen.tap("Add")
    assert (screen.name, screen.all("Add link")) == ("tiktok.post_form", [])
    assert "My lamp" in screen.words()
    post = publish(screen)
    assert (post["product"], post["product_name"], post["product_link"]) == ("Paper Lamp, large", "My lamp", "")


def test_a_name_that_is_too_long_is_not_taken(screen: Screen) -> None:
    open_list(screen)
    screen.clock.pass_s(0.3)
    screen.tap("Add", 3)
    assert "43/30" in screen.words()
    screen.tap("Add")
    assert screen.name == "tiktok.product_name"
    screen.tap("Notebook with 120 dotted pages and a ribbon")
    screen.display.type_text("Notebook", replace=True)
    screen.tap("Add")
    assert screen.name == "tiktok.post_form"


def test_the_list_scrolls_to_its_end_and_no_further(screen: Screen) -> None:
    open_list(screen)
    screen.clock.pass_s(0.3)
    for _ in range(3):
        screen.display.swipe(500, 1700, 500, 500)
    assert names(screen)[-2:] == [product.name for product in PRODUCTS[-2:]]
    for _ in range(3):
        screen.display.swipe(500, 500, 500, 1700)
    assert names(screen)[0] == PRODUCTS[0].name


def test_a_product_can_be_taken_away_again(screen: Screen) -> None:
    screen.display.inject("product_unnamed", {})
    open_list(screen)
    screen.clock.pass_s(0.3)
    screen.tap("Add")
    assert "Paper Lamp" in screen.words()
    screen.tap("Remove")
    assert "Add link " in screen.words()
    assert publish(screen)["product"] == ""


def test_back_leads_from_name_to_list_to_form(screen: Screen) -> None:
    open_list(screen)
    screen.clock.pass_s(0.3)
    screen.tap("Add")
    for name in ("products", "post_form", "discard"):
        screen.display.key(BACK)
        assert screen.name == f"tiktok.{name}"


def test_a_showcase_may_be_empty_or_late(screen: Screen) -> None:
    screen.display.inject("no_products", {})
    screen.display.inject("products_late", {"seconds": 5})
    open_list(screen)
    screen.clock.pass_s(4.9)
    assert "No products yet" not in screen.words()
    screen.clock.pass_s(0.2)
    assert "No products yet" in screen.words()
    assert screen.all("Add") == []


def test_who_sells_can_type_a_link_too(screen: Screen) -> None:
    screen.tap("Add link")
    screen.tap("Website")
    assert (screen.name, screen.state["keyboard_shown"]) == ("tiktok.product_link", True)


def test_what_is_sold_is_in_the_state(screen: Screen) -> None:
    sold = screen.state["products"]
    assert {row["account"] for row in sold} == {"shop_sim0001"}
    assert [row["name"] for row in sold] == [product.name for product in PRODUCTS]
