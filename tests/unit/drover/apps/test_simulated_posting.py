"""The recogniser over the pages of publishing of the simulated app, in each language that it speaks."""

import pytest

from drover.apps import App, Screen, load, products, recognise
from drover.apps.screens import Seen
from drover.apps.view import View
from drover.phone.hierarchy import Hierarchy, parse
from tests.support import screens
from tests.support.screens import Node

APP: App = load("tiktok")


class Shown(screens.Screen):
    """A simulated phone in one language with two files, and what Drover sees on it."""

    def __init__(self, language: str) -> None:
        super().__init__(language, width=1080, height=2400)
        self.film, self.image = self.gallery.put("film.mp4"), self.gallery.put("a.jpg")

    @property
    def tree(self) -> Hierarchy:
        return parse(self.display.hierarchy_xml())

    def look(self) -> Seen:
        return recognise(APP, self.tree)

    def touch(self, id_: str, which: int = 0) -> None:
        self.display.tap(*self.by_id(id_)[which].centre)
        self.clock.pass_s(0.3)

    def by_id(self, name: str) -> list[Node]:
        return [n for n in self.nodes() if n["resource-id"].endswith(f"/{name}")]


@pytest.fixture(params=("en", "fr", "pt", "vi", "zh"))
def shown(request: pytest.FixtureRequest) -> Shown:
    return Shown(str(request.param))


def form(shown: Shown, *, images: bool = False) -> None:
    shown.display.inject("share_lands_on", {"page": "form"})
    shown.share(shown.image if images else shown.film)


def test_the_way_through_the_camera(shown: Shown) -> None:
    shown.launch()
    shown.touch("mkn")
    assert shown.look().screen is Screen.CAMERA
    create = shown.by_id("v5w")[6]
    shown.display.tap(*create.centre)
    assert shown.look().screen is Screen.CREATE_TAB
    shown.display.key(screens.BACK)
    shown.touch("mkn")
    shown.touch("ymg")
    assert shown.look().screen is Screen.GALLERY_PICKER
    shown.touch("h9t")
    assert shown.look().screen is Screen.GALLERY_PICKER
    shown.touch("uyb")
    assert shown.look().screen is Screen.EDITOR
    shown.touch("ntn")
    assert shown.look().screen is Screen.POST_FORM


@pytest.mark.parametrize("images", [False, True])
def test_the_form_with_and_without_the_keyboard(shown: Shown, images: bool) -> None:
    form(shown, images=images)
    assert (shown.look().screen, shown.look().popup) == (Screen.POST_FORM, None)
    shown.display.tap(*next(n for n in shown.nodes() if n["class"].endswith("EditText")).centre)
    assert shown.look().screen is Screen.POST_FORM
    shown.display.type_text("words #tag")
    assert shown.look().screen is Screen.POST_FORM


def test_the_products_of_the_account(shown: Shown) -> None:
    """No recording of these pages is known: each is told from the others, loading and empty as well."""
    seller = next(row["username"] for row in shown.state["accounts"] if row["username"].startswith("shop_"))
    shown.launch()
    shown.touch("mks")
    shown.display.tap(*shown.by_id("nfy")[0].centre)
    shown.display.tap(*shown.all(seller)[0].centre)
    shown.display.key(screens.BACK)
    shown.display.inject("products_late", {"seconds": 3})
    form(shown)
    shown.display.tap(*shown.by_id("d0z")[1].centre)
    assert (shown.look().screen, shown.look().popup) == (Screen.LINK_SHEET, None)
    kind = products.kind(View(APP, shown.tree))
    assert kind is not None
    shown.display.tap(*kind.bounds.center)
    seen = shown.look()
    assert (seen.screen, seen.popup, seen.details) == (Screen.PRODUCT_LIST, None, {"loading": "yes"})
    shown.clock.pass_s(3)
    listed = products.offered(View(APP, shown.tree))
    assert [product.name for product in listed[:3]] == ["Paper Lamp", "Paper Lamp, large", "Blue Mug 350 ml"]
    shown.display.tap(*listed[3].add.bounds.center)
    assert (shown.look().screen, shown.look().popup) == (Screen.PRODUCT_NAME, None)
    view = View(APP, shown.tree)
    assert (products.name_button(view), products.name_limit(view)) == (None, 30)
    shown.display.key(screens.BACK)
    shown.display.tap(*products.offered(View(APP, shown.tree))[0].add.bounds.center)
    button = products.name_button(View(APP, shown.tree))
    assert button is not None
    shown.display.tap(*button.bounds.center)
    assert shown.look().screen is Screen.POST_FORM
    assert products.linked(View(APP, shown.tree), "Paper Lamp")
    assert not products.linked(View(APP, shown.tree), "Blue Mug 350 ml")


def test_after_post(shown: Shown) -> None:
    form(shown)
    shown.touch("qrb")
    assert shown.look().screen is Screen.AFTER_POST
    shown.clock.pass_s(2)
    assert shown.look().screen is Screen.AFTER_POST
    shown.clock.pass_s(90)
    assert shown.look().screen is Screen.FRIENDS_FEED
    shown.touch("mks")
    assert shown.look().screen is Screen.OWN_PROFILE


def test_the_own_profile_while_something_is_uploaded_and_with_a_draft(shown: Shown) -> None:
    form(shown)
    shown.touch("fex")
    shown.display.inject("upload_stuck", {})
    shown.share(shown.film)
    shown.touch("qrb")
    shown.touch("mks")
    assert (shown.look().screen, shown.look().popup) == (Screen.OWN_PROFILE, None)


def test_the_limit_is_a_restriction(shown: Shown) -> None:
    shown.display.inject("post_limit", {})
    form(shown)
    shown.touch("qrb")
    assert shown.look().screen is Screen.RESTRICTION


def test_prompts_after_post_go_when_treated_as_told(shown: Shown) -> None:
    shown.display.inject("post_prompts", {})
    form(shown)
    shown.touch("qrb")
    for _ in range(2):
        popup = shown.look().popup
        assert popup is not None
        assert popup.dismiss is not None
        shown.display.tap(*popup.dismiss.bounds.center)
    assert (shown.look().screen, shown.look().popup) == (Screen.AFTER_POST, None)
