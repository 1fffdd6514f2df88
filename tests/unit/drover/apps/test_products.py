"""Lists of products in other layouts than the simulated one, and what a form may say of the product that it links."""

import pytest

from drover.apps import Screen, load, products, recognise
from drover.apps.view import View
from drover.phone.hierarchy import parse
from tests.support.mockups import icon, listing, tt_tabs
from tests.support.trees import box, button, label, tree

APP = load("tiktok")
TITLE = label("Add product", (300, 140, 780, 240))
BACK = icon("Back", (20, 140, 120, 240))


def shop_row(top: int, name: str, price: str, word: str = "Add") -> str:
    """Name and price next to a picture, and a button that says its word itself."""
    return box(
        (0, top, 1080, top + 240),
        label(price, (272, top + 150, 560, top + 205)),
        label(name, (272, top + 30, 810, top + 130)),
        label("1.2K", (600, top + 150, 700, top + 205)),
        button(word, (840, top + 75, 1038, top + 165)),
    )


def shop(*rows: str, foot: str = "") -> View:
    return View(APP, parse(tree(BACK, TITLE, listing((0, 300, 1080, 2200), *rows), foot)))


def test_each_product_has_the_button_of_its_row() -> None:
    view = shop(shop_row(300, "Lamp", "US$19.90"), shop_row(540, "Mug", "8,00 €"), shop_row(780, "茶杯", "₫120"))
    found = products.offered(view)
    assert [product.name for product in found] == ["Lamp", "Mug", "茶杯"]
    assert [product.add.bounds.top for product in found] == [375, 615, 855]
    assert recognise(APP, view.hierarchy).screen is Screen.PRODUCT_LIST


def test_what_was_added_already_and_the_button_below_are_no_products() -> None:
    foot = button("Add", (40, 2220, 1040, 2330))
    view = shop(shop_row(300, "Lamp", "$1", word="Added"), shop_row(540, "Mug", "$2"), foot=foot)
    assert [product.name for product in products.offered(view)] == ["Mug"]


def test_a_list_that_lets_several_be_chosen_is_ended_by_its_own_button() -> None:
    view = shop(shop_row(300, "Lamp", "$1"), foot=button("Done", (40, 2220, 1040, 2330)))
    done = products.take(view)
    assert done is not None
    assert done.bounds.top == 2220
    assert products.take(shop(shop_row(300, "Lamp", "$1"))) is None


def test_a_feed_with_the_words_of_a_shop_is_no_list() -> None:
    words = box((0, 300, 1080, 500), label("Add product", (42, 300, 500, 360)), button("Add", (600, 300, 800, 360)))
    seen = recognise(APP, parse(tree(BACK, TITLE, words, tt_tabs())))
    assert seen.screen is not Screen.PRODUCT_LIST


@pytest.mark.parametrize(
    ("word", "linked"),
    [
        ("Paper Lamp", True),
        ("Product: Paper Lamp", True),
        ("paper lamp ", True),
        ("Paper La…", True),
        ("Paper Lam", False),
        ("Lamp", False),
        ("Add link", False),
    ],
)
def test_what_the_form_says_of_its_product(word: str, linked: bool) -> None:
    view = View(APP, parse(tree(label(word, (100, 1400, 900, 1460)))))
    assert products.linked(view, "Paper Lamp") is linked


@pytest.mark.parametrize("name", ["Post", "Draft", "Cover"])
def test_the_apps_own_words_prove_no_product(name: str) -> None:
    words = [
        label(word, (100, 300 + 100 * i, 900, 360 + 100 * i)) for i, word in enumerate(("Post", "Drafts", "Cover"))
    ]
    assert not products.linked(View(APP, parse(tree(*words))), name)


def test_a_field_proves_no_product() -> None:
    field = '<node bounds="[42,300][1038,420]" class="android.widget.EditText" text="Paper Lamp" />'
    assert not products.linked(View(APP, parse(tree(field))), "Paper Lamp")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Paper Lamp", " paper  lamp ", True),
        ("Paper Lamp", "Paper Lamp, large", False),
        ("Wool Socks ..", "Wool Socks 🧦", True),
    ],
)
def test_same_name(one: str, other: str, same: bool) -> None:
    assert products.same_name(one, other) is same
