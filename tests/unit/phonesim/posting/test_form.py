"""From a share to a post: the form, Post above and below, what is published and when."""

import pytest

from phonesim.contract import ActivityNotFoundError, Intent, UnknownFaultError
from tests.support.screens import BACK, ENTER, TIKTOK, Screen


@pytest.fixture
def screen() -> Screen:
    it = Screen()
    it.display.inject("share_lands_on", {"page": "form"})
    return it


def typed(screen: Screen, field: str, words: str) -> None:
    """Touch the field by its placeholder or text and type."""
    screen.tap(field)
    screen.display.type_text(words)


def test_a_shared_video_is_published_once_and_only_when_its_upload_arrives(screen: Screen) -> None:
    film = screen.gallery.put("film 1.mp4")
    screen.share(film)
    assert screen.name == "tiktok.post_form"
    typed(screen, "Add description...", "hello été 🎉")
    screen.display.key(BACK)
    screen.tap("Post")
    assert screen.effects() == []
    assert [w for w in screen.words() if w.endswith("%")] == ["0%"]
    screen.clock.pass_s(0.8)
    assert [w for w in screen.words() if w.endswith("%")] == ["53%"]
    screen.clock.pass_s(0.8)
    assert screen.effects() == [("post", "film 1.mp4", 1)]
    (post,) = screen.state["posts"]
    assert (post["kind"], post["caption"], post["title"], post["way"]) == ("video", "hello été 🎉", "", "share")
    assert (post["placement"], post["sound"], post["product_link"]) == ("feed", "", "")
    assert post["files"] == [{"name": "film 1.mp4", "sha256": film.sha256}]
    assert screen.state["taps"][0] | {"account": ""} == {
        **{"app": "tiktok", "kind": "post", "target": "film 1.mp4"},
        **{"account": "", "count": 1},
    }
    assert not [w for w in screen.words() if w.endswith("%")]


def test_what_was_typed_for_images_goes_where_it_was_typed(screen: Screen) -> None:
    screen.share(screen.gallery.put("a.jpg"), screen.gallery.put("b.jpg"))
    fields = [n for n in screen.nodes() if n["class"].endswith("EditText")]
    assert [n["text"] for n in fields] == [
        "Add a catchy title",
        "Writing a long description can help get 3x more views on average.",
    ]
    typed(screen, fields[0]["text"], "A title")
    typed(screen, fields[1]["text"], "Some words")
    screen.tap("Post")
    screen.clock.pass_s(2)
    (post,) = screen.state["posts"]
    assert (post["kind"], post["title"], post["caption"]) == ("images", "A title", "Some words")
    assert [file["name"] for file in post["files"]] == ["a.jpg", "b.jpg"]


def test_the_keyboard_moves_post(screen: Screen) -> None:
    screen.share(screen.gallery.put("a.mp4"))
    assert [n.bounds[1] > 1000 for n in screen.all("Post")] == [True]
    screen.tap("Add description...")
    assert [n.bounds[1] < 300 for n in screen.all("Post")] == [True]
    assert screen.all("Drafts") == []
    screen.tap("Collapse")
    assert [n.bounds[1] > 1000 for n in screen.all("Post")] == [True]


def test_an_unfinished_tag_opens_a_list_and_a_space_closes_it(screen: Screen) -> None:
    screen.share(screen.gallery.put("a.mp4"))
    typed(screen, "Add description...", "see #trai")
    assert "#traichallenge" in screen.words()
    screen.display.type_text("n ")
    assert not [w for w in screen.words() if w.startswith("#tra")]
    screen.display.type_text("@bob")
    screen.tap("@bob")
    assert "see #train @bob " in screen.words()
    assert not screen.all("@bob1")
    screen.display.type_text("#x")
    screen.display.key(ENTER)
    assert not screen.all("#xviral")


def test_a_list_that_covers_post_takes_the_touch(screen: Screen) -> None:
    screen.display.inject("suggestions_cover_post", {})
    screen.share(screen.gallery.put("a.mp4"))
    typed(screen, "Add description...", "see #trai")
    assert screen.all("Post") == []
    screen.display.key(BACK)
    screen.tap("Post")
    assert screen.state["taps"] == []
    screen.tap("see #trai")
    screen.display.type_text(" ")
    screen.display.key(BACK)
    screen.tap("Post")
    assert screen.state["taps"][0]["count"] == 1


def test_a_link_is_added_to_its_row(screen: Screen) -> None:
    screen.share(screen.gallery.put("a.mp4"))
    screen.tap("Add link")
    assert screen.name == "tiktok.product_link"
    (field,) = [n for n in screen.nodes() if n["class"].endswith("EditText")]
    screen.display.tap(*field.centre)
    screen.display.type_text("https://shop.example/1")
    screen.tap("Add")
    assert "https://shop.example/1" in screen.words()
    screen.tap("Post")
    screen.clock.pass_s(2)
    assert screen.state["posts"][0]["product_link"] == "https://shop.example/1"


def test_a_link_that_is_not_added_leaves_nothing_behind(screen: Screen) -> None:
    screen.share(screen.gallery.put("a.mp4"))
    screen.tap("Add link")
    assert screen.state["keyboard_shown"]
    screen.display.type_text("https://shop.example/1")
    screen.tap("Cancel")
    assert (screen.name, screen.state["keyboard_shown"]) == ("tiktok.post_form", False)
    assert "Add link " in screen.words()


@pytest.mark.parametrize("change", [{"grants_read": False}, {"uris": {}}, {"uris": {"x": "y"}}])
def test_a_share_without_a_readable_file_opens_the_feed(screen: Screen, change: dict[str, object]) -> None:
    screen.share(screen.gallery.put("a.mp4"), **change)
    assert (screen.name, screen.state["toast"]) == ("tiktok.feed", "Couldn't open this file")


def test_a_file_that_has_gone_or_a_row_that_is_not_there_cannot_be_shared(screen: Screen) -> None:
    film = screen.gallery.put("a.mp4")
    screen.gallery.remove(film)
    screen.share(film)
    assert screen.name == "tiktok.feed"


def test_a_list_of_files_may_be_refused(screen: Screen) -> None:
    screen.display.inject("share_lists_refused", {})
    screen.share(screen.gallery.put("a.jpg"), screen.gallery.put("b.jpg"))
    assert screen.name == "tiktok.feed"
    screen.share(screen.gallery.put("c.jpg"))
    assert screen.name == "tiktok.post_form"


def test_where_a_share_lands_is_a_fault_that_is_checked() -> None:
    screen = Screen()
    with pytest.raises(UnknownFaultError, match="form or editor"):
        screen.display.inject("share_lands_on", {"page": "feed"})
    for page, name in (({}, "post_form"), ({"page": "editor"}, "editor"), ({"clear": True}, "editor")):
        screen.display.inject("share_lands_on", page)
        screen.share(screen.gallery.put("a.mp4"))
        assert screen.name == f"tiktok.{name}"


@pytest.mark.parametrize(
    "intent",
    [
        Intent(action="android.intent.action.SEND", mime_type="text/plain", package=TIKTOK),
        Intent(action="android.intent.action.SEND", mime_type="video/mp4", component=f"{TIKTOK}/a.b.Other"),
        Intent(component=f"{TIKTOK}/com.ss.android.ugc.aweme.share.SystemShareActivity"),
    ],
)
def test_no_activity_takes_other_shares(screen: Screen, intent: Intent) -> None:
    with pytest.raises(ActivityNotFoundError):
        screen.display.start_activity(intent)


def test_back_asks_before_anything_is_lost(screen: Screen) -> None:
    screen.share(screen.gallery.put("a.mp4"))
    screen.display.key(BACK)
    assert screen.name == "tiktok.discard"
    screen.display.key(BACK)
    assert screen.name == "tiktok.post_form"
    screen.display.key(BACK)
    screen.tap("Discard")
    assert (screen.name, screen.state["drafts"]) == ("tiktok.feed", [])


def test_a_draft_is_no_post_and_has_a_tile(screen: Screen) -> None:
    screen.share(screen.gallery.put("a.mp4"))
    screen.tap("Drafts")
    assert screen.effects() == []
    assert [draft["files"][0]["name"] for draft in screen.state["drafts"]] == ["a.mp4"]
    screen.tap("Profile")
    assert "Drafts: 1" in screen.words()
