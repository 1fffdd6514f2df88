"""The pages of publishing have the structure of the recordings they were modelled on.

Flattened recordings (46.4.3, and those that were reconstructed) have no levels: there only what they kept is compared.
"""

from collections.abc import Callable

import pytest

from tests.support.screens import Node, Screen
from tests.support.shapes import labelled, recorded, shape


def with_id(nodes: list[Node], name: str) -> list[Node]:
    return [n for n in nodes if n["resource-id"].rpartition("/")[2] == name]


def at(nodes: list[Node], name: str) -> Node:
    return with_id(nodes, name)[0]


def camera_screen() -> Screen:
    screen = Screen()
    screen.gallery.put("film.mp4")
    screen.gallery.put("a.jpg")
    screen.launch()
    screen.tap("Create")
    screen.clock.pass_s(0.3)
    return screen


def camera() -> list[Node]:
    return camera_screen().nodes()


def templates() -> list[Node]:
    screen = camera_screen()
    screen.tap("CREATE")
    return screen.nodes()


def picker_screen() -> Screen:
    screen = camera_screen()
    screen.display.tap(*at(screen.nodes(), "ymg").centre)
    screen.clock.pass_s(0.3)
    return screen


def picker() -> list[Node]:
    return picker_screen().nodes()


def chosen() -> list[Node]:
    screen = picker_screen()
    screen.display.tap(*at(screen.nodes(), "jh7").centre)
    return screen.nodes()


def editor(*, sound: bool) -> list[Node]:
    screen = Screen()
    screen.share(screen.gallery.put("film.mp4"))
    if sound:
        screen.tap("Add sound")
        screen.clock.pass_s(0.3)
        screen.tap("Paper Boats")
        screen.tap("Use")
    return screen.nodes()


def form(*names: str, typing: str = "") -> list[Node]:
    screen = Screen()
    screen.display.inject("share_lands_on", {"page": "form"})
    screen.share(*(screen.gallery.put(name) for name in names))
    if typing:
        screen.tap(typing)
    return screen.nodes()


PAGES: list[tuple[str, Callable[[], list[Node]], list[str]]] = [
    (
        "tt_camera_en.xml",
        camera,
        [
            *("POST", "CREATE", "PHOTO", "TEXT", "10m", "60s", "15s"),
            *("Flip", "Flash", "Timer", "Layout", "Ratio", "Retouch", "Dropdown menu"),
            *("@2131888184", "@2131888272", "Music"),
        ],
    ),
    (
        "tt_create_tab_templates_en.xml",
        templates,
        [*("POST", "CREATE", "Close", "Photo editor", "AutoCut", "Captions"), *("New video", "Templates", "Search")],
    ),
    (
        "tt_gallery_picker_en.xml",
        picker,
        [
            *("POST", "CREATE", "PHOTO", "Flip", "@2131888184"),
            *("Close", "Recents", "Down", "Videos", "Photos", "AI gallery", "Select multiple", "Next"),
            *("Get description ideas", "Text"),
        ],
    ),
    (
        "tt_editor_en.xml",
        lambda: editor(sound=True),
        [
            *("Your Story", "Next", "Settings", "Share", "Edit", "Video templates", "Text", "Stickers", "Effects"),
            *("@2131888269", "@2131888108", "Music", "Close", "Dropdown menu"),
        ],
    ),
]


@pytest.mark.parametrize(
    ("file", "model", "words"),
    [(file, model, word) for file, model, words in PAGES for word in words],
)
def test_labels(file: str, model: Callable[[], list[Node]], words: str) -> None:
    assert shape(labelled(model(), words)) == shape(labelled(recorded(file), words))


@pytest.mark.parametrize("name", ["d8c", "d8a", "ycm", "d83", "ymg", "r3r", "kwk", "v5w", "w85", "kkb", "tte"])
def test_controls_of_the_camera_by_id(name: str) -> None:
    model, record = at(camera(), name), at(recorded("tt_camera_en.xml"), name)
    assert (shape(model), model["selected"], model["focused"]) == (shape(record), record["selected"], record["focused"])


def test_the_thumbnail_is_low_on_the_left_and_has_no_words() -> None:
    for nodes, bottom in ((camera(), 2214 * 720 / 1080), (recorded("tt_camera_en.xml"), 2337)):
        node = at(nodes, "ymg")
        left, top, right, low = node.bounds
        width = nodes[0].bounds[2]
        assert (node["text"], node["content-desc"]) == ("", "")
        assert (round(left / width, 2), round(right / width, 2)) == (0.0, 0.19)
        assert (round((bottom - top) / width, 2), round((bottom - low) / width, 2)) == (0.24, 0.09)


def test_no_mode_has_a_clickable_node_above_it() -> None:
    for nodes in (camera(), recorded("tt_camera_en.xml")):
        assert {n.levels_to_clickable for n in with_id(nodes, "v5w")} == {None}


@pytest.mark.parametrize(
    "name", ["b9b", "d2t", "yc0", "kun", "mua", "zpi", "i8o", "mub", "h9t", "jh7", "nbv", "nbk", "uyb"]
)
def test_controls_of_the_picker_by_id(name: str) -> None:
    assert shape(at(picker(), name)) == shape(at(recorded("tt_gallery_picker_en.xml"), name))


def test_the_picker_lies_over_the_cameras_nodes() -> None:
    camera_only = {"POST", "CREATE", "Add sound", "PHOTO", "10m"}
    for nodes in (picker(), recorded("tt_gallery_picker_en.xml")):
        words = [n["text"] for n in nodes]
        assert camera_only <= set(words)
        assert words.index("POST") < words.index("Recents")
        assert at(nodes, "nbk")["checked"] == "true"


def test_the_pickers_cells_are_as_deep_as_recorded() -> None:
    model, record = (at(nodes, "mub").parents for nodes in (picker(), recorded("tt_gallery_picker_en.xml")))
    assert len(model) >= len(record) * 0.6


def test_with_one_selected_next_is_a_clickable_button_that_counts() -> None:
    """The 46.4.3 excerpt has no levels, and other ids."""
    for nodes, circle in ((chosen(), "jh7"), (recorded("ex_tt4643_gallery_one_selected_en.xml"), "knq")):
        step = labelled(nodes, "Next (1)")
        assert (step["class"], step["clickable"]) == ("android.widget.Button", "true")
        assert [n["text"] for n in with_id(nodes, circle) if n["text"]] == ["1"]


@pytest.mark.parametrize("name", ["d8c", "d8a", "d83", "ycm", "qxr", "y0i", "ntn", "ntq", "b98", "d88", "d82", "k9u"])
def test_controls_of_the_editor_by_id(name: str) -> None:
    assert shape(at(editor(sound=True), name)) == shape(at(recorded("tt_editor_en.xml"), name))


def test_the_ways_on_stand_side_by_side_on_the_recorded_places() -> None:
    def places(nodes: list[Node]) -> list[list[float]]:
        width = nodes[0].bounds[2]
        return [[round(edge / width, 2) for edge in at(nodes, name).bounds[::2]] for name in ("qxr", "ntn")]

    assert places(editor(sound=False)) == places(recorded("tt_editor_en.xml"))


KEPT = ("text", "content-desc", "clickable")


def kept(node: Node) -> tuple[str, ...]:
    """What a reconstructed recording kept of a node."""
    return tuple(node[name] for name in KEPT)


@pytest.mark.parametrize(
    "name",
    ["b98", "g1c", "g19", "awo", "awn", "eyp", "w4m", "fex", "qrb"],
)
def test_the_form_for_images_has_the_recorded_controls(name: str) -> None:
    record, model = at(recorded("flat_tt_post_s5_caption_empty_en.xml"), name), at(form("a.jpg"), name)
    assert kept(model) == kept(record)


@pytest.mark.parametrize("words", ["Add link", "Everyone can view this post"])
def test_the_rows_of_the_form_say_it_on_the_clickable_node_and_inside(words: str) -> None:
    for nodes in (form("a.jpg"), recorded("flat_tt_post_s5_caption_empty_en.xml")):
        found = [n for n in nodes if words in (n["text"].strip(), n["content-desc"])]
        assert [(n["content-desc"] != "", n["clickable"]) for n in found] == [(True, "true"), (False, "false")]


def test_add_link_ends_in_a_space() -> None:
    for nodes in (form("a.jpg"), recorded("flat_tt_post_s5_caption_empty_en.xml")):
        assert any(n["text"] == "Add link " for n in nodes)


def test_placeholders_are_the_fields_text_and_images_have_two() -> None:
    fields = [n["text"] for n in form("a.jpg") if n["class"].endswith("EditText")]
    record = recorded("flat_tt_post_s5_caption_empty_en.xml")
    assert fields == [at(record, "g1c")["text"], at(record, "g19")["text"]]


def test_a_video_has_one_field_and_the_recorded_controls() -> None:
    model, record = form("a.mp4"), recorded("ex_tt4643_caption_en.xml")
    for nodes in (model, record):
        assert [n["resource-id"].rpartition("/")[2] for n in nodes if n["class"].endswith("EditText")] == ["h00"]
    for name in ("bor", "kkj", "dvu"):
        assert (at(model, name)["class"], *kept(at(model, name))) == (
            at(record, name)["class"],
            *kept(at(record, name)),
        )
    for words in ("Drafts", "Post", "Everyone can view this post"):
        one, other = labelled(model, words), labelled(record, words)
        assert (one["class"], one["clickable"], one["text"]) == (other["class"], other["clickable"], other["text"])


@pytest.mark.parametrize("name", ["qr6", "g19", "ey5", "awo", "eyp", "fvu"])
def test_with_the_keyboard_open_post_is_above_and_the_bar_below_is_gone(name: str) -> None:
    model = form("a.jpg", typing="Add a catchy title")
    record = recorded("flat_tt_post_s6_caption_keyboard_en.xml")
    assert kept(at(model, name)) == kept(at(record, name))
    for nodes in (model, record):
        assert (with_id(nodes, "qrb"), with_id(nodes, "fex")) == ([], [])
        assert at(nodes, "qr6").bounds[1] < nodes[0].bounds[3] * 0.1


def test_the_widget_sheet_is_the_launchers() -> None:
    screen = Screen()
    screen.display.inject("share_lands_on", {"page": "form"})
    screen.display.inject("post_prompts", {})
    screen.share(screen.gallery.put("a.mp4"))
    screen.tap("Post")
    model, record = screen.nodes(), recorded("flat_tt_post_s7_launcher_widget_en.xml")
    for name in ("widget_appName", "widget_drag_instruction", "widget_name", "widget_dims", "widget_description"):
        assert kept(at(model, name)) == kept(at(record, name))
    for words in ("Cancel", "Add to home screen"):
        assert kept(labelled(model, words)) == kept(labelled(record, words))


def test_after_the_post_it_stands_on_the_friends_tab_as_recorded() -> None:
    screen = Screen()
    screen.display.inject("share_lands_on", {"page": "form"})
    screen.share(screen.gallery.put("a.mp4"))
    screen.tap("Add description...")
    screen.display.type_text("Testing multi-device support #fyp #test ")
    screen.tap("Post")
    screen.clock.pass_s(4)
    model, record = screen.nodes(), recorded("flat_tt_post_s10_posted_en.xml")
    for name in ("title", "xyx", "v6q", "krz", "mkq", "mkn", "mks", "f4u"):
        one, other = at(model, name), at(record, name)
        assert (bool(one["text"]), bool(one["content-desc"]), one["clickable"]) == (
            *(bool(other["text"]), bool(other["content-desc"])),
            other["clickable"],
        ), name
    for nodes in (model, record):
        assert [n["text"].strip() for n in with_id(nodes, "title")][1] == "Testing multi-device support #fyp #test"
        assert at(nodes, "xyx")["text"] == "· 2s ago"
