"""Sounds on the apps' screens: which row is meant, what takes it, which tool is which, which slider is whose."""

import re

import pytest

from drover.apps import Screen, load, recognise, sound_list, sounds
from drover.apps.sound_list import Sound, called, saying
from drover.apps.view import View
from drover.phone.hierarchy import Bounds, Hierarchy, parse
from tests.support.mockups import as_instagram
from tests.support.trees import Box, box, button, label, node, tree
from tests.support.uidumps import dump

INSTAGRAM = load("instagram")
TOOL, VOLUME = Bounds(12, 1126, 83, 1197), Bounds(593, 1126, 664, 1197)


def seen(*nodes: str) -> Hierarchy:
    return parse(as_instagram(tree(*nodes)))


def view(*nodes: str) -> View:
    return View(INSTAGRAM, seen(*nodes))


def sound(*says: str, titles: tuple[str, ...] = ()) -> Sound:
    target = parse(tree(label(says[0], (0, 0, 900, 100), clickable=True))).nodes[-1]
    return Sound(target=target, says=says, titles=titles or says[:1])


def row(title: str, artist: str, top: int, *, id: str = "track_container") -> str:
    """A row as others describe it, with a bookmark at its end."""
    bounds: Box = (0, top, 1080, top + 170)
    parts = (
        label(title, (210, top + 30, 900, top + 90), id="song_title"),
        label(f"{artist} • 0:56", (210, top + 95, 900, top + 145), id="artist_name"),
        node((930, top + 45, 1010, top + 125), desc=f"Save {title}", clickable=True),
    )
    return node(bounds, *parts, desc=f"Select track {title} by {artist},0:56", id=id, clickable=True)


def bar(title: str, *, id: str = "select_button_tap_target", desc: str = "") -> str:
    """The bar of the sound that plays; the newest versions describe its arrow like a row."""
    parts = (
        label(title, (210, 2240, 760, 2300)) if title else "",
        node((790, 2240, 900, 2350), desc="Play track", id="play_pause_button", clickable=True),
        node((940, 2240, 1050, 2350), desc=desc, id=id, clickable=True),
    )
    return node((0, 2210, 1080, 2400), *parts, id="audio_bar", clickable=True)


# --- which one is meant ---

RAIN = [
    sound("Rain (sped up)", "Lumora"),
    sound("Train", "Rain"),
    sound("Rain - Remix", "Niko Tal"),
    sound("Rain", "Casa Verde"),
]


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("Rain", 3),
        ("  rain ", 3),
        ("RAIN – Casa Verde", 3),
        ("Casa Verde: Rain", 3),
        ("rain remix", 2),
        ("Rain - Remix Niko Tal", 2),
        ("rain (sped up)", 0),
        ("Casa Verde", None),
        ("Rai", None),
        ("Rain (slowed)", None),
    ],
)
def test_a_name_means_one_sound_and_no_similar_one(name: str, index: int | None) -> None:
    found = called(RAIN, name)
    assert found is (None if index is None else RAIN[index])


@pytest.mark.parametrize(
    ("words", "index"), [("remix rain", 2), ("niko", 2), ("sped", 0), ("ain", None), ("snow", None)]
)
def test_a_keyword_is_looked_for_in_whole_words(words: str, index: int | None) -> None:
    found = saying(RAIN, words)
    assert found is (None if index is None else RAIN[index])


@pytest.mark.parametrize("name", ["雨の日", "!!!", "День дождя", "L'été"])
def test_names_of_any_script(name: str) -> None:
    assert called([sound("Other", "x"), sound(name, "x")], name.upper()) is not None


def test_where_no_id_tells_the_title_any_words_of_the_row_may_be_it() -> None:
    rows = [sound("1.2K videos", "Rain", "Casa Verde", titles=("1.2K videos", "Rain", "Casa Verde"))]
    assert called(rows, "Rain") is called(rows, "Rain Casa Verde") is rows[0]


# --- rows and bar ---


def test_rows_are_known_by_id_or_by_what_they_say_of_themselves() -> None:
    for id_ in ("track_container", "audio_browser_track_0_1234"):
        found = sound_list.listed(view(row("Rain", "Casa Verde", 900, id=id_), row("Snow", "Lumora", 700, id=id_)))
        assert [one.says for one in found] == [("Snow", "Lumora"), ("Rain", "Casa Verde")]
        assert [one.target.bounds.top for one in found] == [700, 900]


def test_ids_without_a_package_count() -> None:
    bare = re.sub(r"com\.[a-z.]+:id/", "", tree(row("Rain", "Casa Verde", 900, id="audio_browser_track_0_1")))
    hierarchy = parse(as_instagram(bare))
    assert [one.says for one in sound_list.listed(View(INSTAGRAM, hierarchy))] == [("Rain", "Casa Verde")]
    assert recognise(INSTAGRAM, hierarchy).screen is Screen.SOUND_LIST


@pytest.mark.parametrize("id_", ["select_button_tap_target", "audio_bar_select_tap_target"])
def test_the_bar_is_no_row_and_its_arrow_takes_the_sound(id_: str) -> None:
    shown = view(row("Rain", "Casa Verde", 900), bar("Rain", id=id_, desc="Select track Rain by Casa Verde"))
    [found] = sound_list.listed(shown)
    arrow = sound_list.take_button(shown, found.target)
    assert arrow is not None
    assert arrow.bounds == Bounds(940, 2240, 1050, 2350)
    assert not sound_list.plays_another(shown, arrow, found)


@pytest.mark.parametrize(
    ("title", "desc", "another"),
    [("Rain", "", False), ("Snow", "", True), ("", "Select track Rain by Casa Verde", False), ("", "", False)],
)
def test_a_bar_that_says_another_sound_is_seen(title: str, desc: str, another: bool) -> None:
    shown = view(row("Rain", "Casa Verde", 900), bar(title, desc=desc))
    [found] = sound_list.listed(shown)
    arrow = sound_list.take_button(shown, found.target)
    assert arrow is not None
    assert sound_list.plays_another(shown, arrow, found) is another


def test_a_list_that_loads_in_a_sheet_is_no_popup() -> None:
    field = node(
        (40, 260, 1040, 370), text="rain", cls="android.widget.EditText", id="row_search_edit_text", clickable=True
    )
    dimmer = node((0, 84, 1080, 2400), id="background_dimmer", clickable=True)
    loading = recognise(INSTAGRAM, seen(dimmer, field))
    assert (loading.screen, loading.popup) == (Screen.SOUND_LIST, None)
    assert recognise(INSTAGRAM, seen(field)).screen is Screen.SEARCH_ENTRY


# --- tools and pages ---


@pytest.mark.parametrize("change", ["as recorded", "in a language nobody listed", "without words"])
def test_the_reel_s_two_tools_of_one_id(change: str) -> None:
    recorded = dump("ig_edit_video_en").decode()
    if change != "as recorded":
        for word in ("Add audio", "Volume"):
            recorded = recorded.replace(f'"{word}"', '"Zxq"' if "language" in change else '""')
    shown = View(INSTAGRAM, parse(recorded))
    add, volumes = sounds.tool(shown), sounds.volume_tool(shown)
    assert (add and add.bounds, volumes and volumes.bounds) == (TOOL, VOLUME)


def test_one_tool_of_that_id_may_be_either() -> None:
    lone = view(node((12, 1126, 83, 1197), desc="Zxq", id="clips_action_bar_volume_controls_button", clickable=True))
    assert (sounds.tool(lone), sounds.volume_tool(lone)) == (None, None)


@pytest.mark.parametrize("words", ["Use audio", "Utiliser l'audio", "Usar áudio"])
def test_the_page_of_a_sound(words: str) -> None:
    page = seen(label("Rain", (340, 280, 1040, 350)), button(words, (290, 2200, 790, 2320)))
    assert recognise(INSTAGRAM, page).screen is Screen.SOUND_PAGE
    found = sounds.use_button(View(INSTAGRAM, page))
    assert found is not None
    assert found.bounds == Bounds(290, 2200, 790, 2320)


@pytest.mark.parametrize("words", ["Use template", "Use effect", "Use in camera"])
def test_pages_with_the_same_button_for_something_else(words: str) -> None:
    button_ = node(
        (290, 2200, 790, 2320), label(words, (300, 2210, 700, 2300), id="use_in_camera_label"), clickable=True
    )
    assert recognise(INSTAGRAM, seen(button_)).screen is not Screen.SOUND_PAGE


# --- sliders ---


def slider(words: str, top: int) -> str:
    bar_ = node((60, top + 90, 900, top + 190), text="100.0", cls="android.widget.SeekBar")
    return label(words, (60, top, 900, top + 80)) + bar_


@pytest.mark.parametrize(
    ("first", "second", "original"),
    [
        ("Camera audio", "Paper Boats", 0),
        ("Paper Boats", "Camera audio", 1),
        ("Original audio", "Added audio", 0),
        ("Paper Boats", "Zxq", 0),
    ],
)
def test_whose_slider_it_is(first: str, second: str, original: int) -> None:
    found = sounds.sliders(view(box((0, 1000, 1080, 1600), slider(first, 1000), slider(second, 1300))))
    tops = [1090, 1390]
    assert {name: bar_.bounds.top for name, bar_ in found.items()} == {
        "original": tops[original],
        "added": tops[1 - original],
    }


def test_one_slider_is_the_video_s_own() -> None:
    found = sounds.sliders(view(box((0, 1000, 1080, 1600), slider("Camera audio", 1000))))
    assert list(found) == ["original"]
