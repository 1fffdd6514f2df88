"""The model's screens have the structure of the recordings they were modelled on.

For each label: its class, what is clickable, how far above the label the clickable node is and of which class.
Twins: the same id on the same controls. Skipped where the recordings are not there.
"""

from collections.abc import Callable

import pytest

from tests.support.screens import Node, Screen
from tests.support.shapes import labelled, recorded, shape


def starting(nodes: list[Node], words: str) -> Node:
    return next(n for n in nodes if (n["text"] or n["content-desc"]).startswith(words))


def feed(language: str = "en") -> list[Node]:
    screen = Screen(language)
    screen.launch()
    return screen.nodes()


def profile(handle: str, language: str = "en") -> list[Node]:
    screen = Screen(language)
    screen.profile(handle)
    return screen.nodes()


FEED_WORDS = [
    *("Explore", "Following", "Shop", "For You", "Search", "Home", "Friends", "Inbox", "Profile", "Create"),
    *("Video", "Like", "@2131892834", "See more"),
]
FEED_BEGINNINGS = [
    *("Follow ", "Like video.", "Read or add comments.", "Add or remove this video", "Share video.", "Sound: "),
    "Search · ",
]


@pytest.mark.parametrize("words", FEED_WORDS)
def test_labels_of_the_feed(words: str) -> None:
    assert shape(labelled(feed(), words)) == shape(labelled(recorded("tt_home_feed_en.xml"), words))


@pytest.mark.parametrize("words", FEED_BEGINNINGS)
def test_described_controls_of_the_feed(words: str) -> None:
    # The tab "Following" begins with "Follow" too; the badge has the name behind a space.
    assert shape(starting(feed(), words)) == shape(starting(recorded("tt_home_feed_en.xml"), words))


@pytest.mark.parametrize("words", ["Following", "For You", "Home", "Friends"])
def test_tabs_keep_class_and_selection(words: str) -> None:
    def described(nodes: list[Node]) -> Node:
        return next(n for n in nodes if n["content-desc"] == words)

    model, record = described(feed()), described(recorded("tt_home_feed_en.xml"))
    assert (model["selected"], shape(model)) == (record["selected"], shape(record))


def test_like_and_share_are_twins_by_id_as_recorded() -> None:
    for nodes in (feed(), recorded("tt_home_feed_en.xml")):
        assert starting(nodes, "Like video.")["resource-id"] == starting(nodes, "Share video.")["resource-id"]


def test_the_video_is_deep_in_the_tree() -> None:
    model, record = (len(labelled(nodes, "Video").parents) for nodes in (feed(), recorded("tt_home_feed_en.xml")))
    assert model >= record * 0.6


RECORDED_PROFILE = "tt_other_profile_follow_en.xml"


@pytest.mark.parametrize(
    ("in_record", "in_model"),
    [
        ("@satifus2020", "@demo_user"),
        ("Back to previous screen", "Back to previous screen"),
        ("Following", "Following"),
        ("Likes", "Likes"),
        ("Videos", "Videos"),
        ("Reposted videos", "Reposted videos"),
        ("Liked videos", "Liked videos"),
    ],
)
def test_labels_of_a_profile(in_record: str, in_model: str) -> None:
    assert shape(labelled(profile("demo_user"), in_model)) == shape(labelled(recorded(RECORDED_PROFILE), in_record))


@pytest.mark.parametrize(
    ("words", "id_"),
    [("Message", "fmp"), ("Suivis", "fmp"), ("J'aime", "t89"), ("Followers", "t89"), ("Suivis", "t89")],
)
def test_labels_of_a_followed_profile_in_french(words: str, id_: str) -> None:
    model = labelled(profile("followed_anna", "fr"), words, id_=id_)
    record = recorded("ex_tt4703_profile_following_fr.xml")
    if (words, id_) == ("Suivis", "t89"):
        # The excerpt begins behind the first count; the other counts have the same shape.
        assert shape(model) == shape(labelled(record, "J'aime", id_=id_))
    else:
        assert shape(model) == shape(labelled(record, words, id_=id_))


def test_the_action_row_is_the_recorded_one() -> None:
    """Order, ids, and the trailing space of the label, read off both trees alike."""

    def row(nodes: list[Node]) -> list[tuple[str, str, int | None]]:
        found = [n for n in nodes if n["resource-id"].endswith(("/fmp", "/fml"))]
        top = next(n for n in found if n["text"] == "Message").bounds[1]
        return [(n["text"], n["resource-id"], n.levels_to_clickable) for n in found if n.bounds[1] == top]

    assert row(profile("followed_anna", "fr")) == row(recorded("ex_tt4703_profile_following_fr.xml"))


@pytest.mark.parametrize("words", ["Top", "Videos", "Users", "Sounds", "LIVE"])
def test_tabs_of_the_results(words: str) -> None:
    model, record = labelled(results(), words), labelled(recorded("tt_search_results_top_en.xml"), words)
    assert (model["selected"], shape(model)) == (record["selected"], shape(record))


@pytest.mark.parametrize("words", ["Back to previous screen", "Clear search field", "More options", "Unwatched"])
def test_controls_of_the_results(words: str) -> None:
    assert shape(labelled(results(), words)) == shape(labelled(recorded("tt_search_results_top_en.xml"), words))


def results() -> list[Node]:
    screen = Screen()
    screen.open("snssdk1233://search?keyword=fyp")
    return screen.nodes()


def test_the_field_of_the_results_holds_the_query() -> None:
    for nodes in (results(), recorded("tt_search_results_top_en.xml")):
        (field,) = [n for n in nodes if n["class"] == "android.widget.EditText"]
        assert (field["text"], field["clickable"], field["resource-id"].rpartition("/")[2]) == ("fyp", "true", "d4s")


def accounts() -> list[Node]:
    screen = Screen()
    screen.open("https://www.tiktok.com/@demo_sim0001")
    screen.tap("demo_sim0001")
    return screen.nodes()


def test_the_account_switcher_is_the_recorded_one() -> None:
    def rows(nodes: list[Node]) -> list[tuple[str, str, str, bool]]:
        return [
            (n["class"], n["clickable"], n["selected"], n["content-desc"] == "Add account")
            for n in nodes
            if n["resource-id"].endswith("/k5o")
        ]

    model, record = rows(accounts()), rows(recorded("ex_tt4314_account_switcher_en.xml"))
    assert (model[0], model[1], model[-1]) == (record[0], record[1], record[-1])


@pytest.mark.parametrize("words", ["Bottom sheet", "Switch account", "Close", "Checkmark", "Add account"])
def test_labels_of_the_account_switcher(words: str) -> None:
    assert shape(labelled(accounts(), words)) == shape(labelled(recorded("ex_tt4314_account_switcher_en.xml"), words))


def popup(kind: str) -> list[Node]:
    screen = Screen()
    screen.display.inject("popup", {"kind": kind})
    screen.launch()
    return screen.nodes()


@pytest.mark.parametrize("words", ["Dialog", "Save login for next time?", "Save login", "Not now"])
def test_labels_of_the_save_login_prompt(words: str) -> None:
    record = recorded("ex_tt4673_popup_save_login_en.xml")
    assert shape(labelled(popup("save_login"), words)) == shape(labelled(record, words))


def of_the_app(nodes: list[Node]) -> list[Node]:
    return [n for n in nodes if n["package"] == "com.zhiliaoapp.musically"]


def test_the_update_prompt_is_as_opaque_as_recorded() -> None:
    for nodes in (of_the_app(popup("update")), recorded("ex_tt4314_update_prompt_opaque_fr.xml")):
        assert {(n["text"], n["content-desc"], n["clickable"]) for n in nodes} == {("", "", "false")}
        assert [n["class"].rpartition(".")[2] for n in nodes[:8]] == [*["FrameLayout"] * 6, "ViewGroup", "ViewGroup"]


def test_the_x_of_the_phone_number_sheet_has_no_label() -> None:
    def corner(nodes: list[Node]) -> tuple[str, str, str, str]:
        found = next(n for n in nodes if n["class"].endswith("Button") and not n["text"] and not n["content-desc"])
        return found["class"], found["clickable"], found["text"], found["content-desc"]

    overlay = popup("phone_number")
    assert corner(overlay[-40:]) == corner(recorded("ex_trill_popup_phone_number_vi.xml"))
    assert any(n["content-desc"] == "For You" for n in overlay), "what lies below stays in the tree"


OWN: list[tuple[str, str, Callable[[Node], object]]] = [
    ("ex_tt4643_own_profile_en.xml", "Edit", shape),
    ("ex_tt4643_own_profile_en.xml", "Profile menu", shape),
    ("ex_tt4314_own_profile_stats_fr.xml", "TikTok Studio", shape),
]


@pytest.mark.parametrize(("file", "words", "seen"), OWN)
def test_labels_of_the_own_profile(file: str, words: str, seen: Callable[[Node], object]) -> None:
    screen = Screen()
    screen.open("https://www.tiktok.com/@demo_sim0001")
    assert seen(labelled(screen.nodes(), words)) == seen(labelled(recorded(file), words))
