"""Publishing's buttons over every recording, and over each of them changed: the right node, and none anywhere else."""

from collections.abc import Callable
from typing import Any

import pytest

from drover.apps import App
from drover.apps import publish_controls as read
from drover.apps.upload import Upload
from drover.phone.hierarchy import Bounds, Hierarchy, Node, parse
from tests.support.uidumps import app_of, dump, flatten
from tests.unit.drover.apps.test_recordings import CHANGES, SCREENS

TIKTOK = sorted(name for name in SCREENS if app_of(name).platform == "tiktok")

NODES: dict[str, dict[str, Bounds]] = {
    "create_button": {
        "flat_tt_post_s1_home_feed_en": Bounds(432, 2208, 648, 2337),
        "flat_tt_post_s10_posted_en": Bounds(432, 2208, 648, 2337),
        "tt_home_feed_en": Bounds(432, 2208, 648, 2337),
        "tt_home_feed_mixed_fr_en": Bounds(432, 1981, 648, 2116),
        "trill_shop_tab_en": Bounds(432, 1893, 648, 2028),
        "tt4703_uploading_fr": Bounds(432, 2208, 648, 2337),
    },
    "gallery_thumbnail": {"tt_camera_en": Bounds(0, 2081, 210, 2239)},
    "camera_tab": {"tt_create_tab_templates_en": Bounds(271, 2115, 437, 2233)},
    "next_button": {
        "ex_tt4643_gallery_one_selected_en": Bounds(550, 1936, 1048, 2052),
        "ex_tt4643_editor_en": Bounds(545, 1954, 1048, 2070),
        "flat_tt_post_s3_editor_music_en": Bounds(545, 2123, 1048, 2239),
        "tt_editor_en": Bounds(545, 2123, 1048, 2239),
    },
    "post_button": {
        "ex_tt4643_caption_en": Bounds(550, 1936, 1048, 2062),
        "flat_tt_post_s5_caption_empty_en": Bounds(550, 2179, 1048, 2305),
        "flat_tt_post_s6_caption_keyboard_en": Bounds(846, 152, 1038, 236),
    },
    "publish_answer": {},
    "discard_answer": {},
}
"""What each function finds on which recording; on every other one it finds nothing."""

FIELDS = {
    "ex_tt4643_caption_en": (None, Bounds(42, 201, 673, 608)),
    "flat_tt_post_s5_caption_empty_en": (Bounds(42, 584, 1038, 637), Bounds(42, 691, 1038, 1059)),
    "flat_tt_post_s6_caption_keyboard_en": (Bounds(42, 417, 1038, 470), Bounds(42, 524, 1038, 1059)),
}

TILES = {"tt_gallery_picker_en": 14, "ex_tt4643_gallery_one_selected_en": 1}

Find = Callable[[App, Hierarchy], Node | None]


def order(tree: Hierarchy, node: Node | None) -> int | None:
    """Which node of the tree it is: the same whatever its bounds and words became."""
    nodes = [one for root in tree.roots for one in root.walk()]
    return None if node is None else nodes.index(node)


def verdict(app: App, xml: bytes) -> dict[str, Any]:
    """What every function finds, by the places of the nodes."""
    tree = parse(xml)
    found: dict[str, Any] = {name: order(tree, getattr(read, name)(app, tree)) for name in NODES}
    fields = read.caption_fields(app, tree)
    found["fields"] = (order(tree, fields.title), order(tree, fields.description))
    found["tiles"] = [order(tree, tile.mark) for tile in read.picker_tiles(app, tree)]
    found["upload"] = read.upload(app, tree)
    return found


@pytest.mark.parametrize("name", TIKTOK)
@pytest.mark.parametrize("function", NODES)
def test_the_node_and_nothing_elsewhere(function: str, name: str) -> None:
    find: Find = getattr(read, function)
    node = find(app_of(name), parse(dump(name)))
    assert (node.bounds if node else None) == NODES[function].get(name)
    if node and function != "camera_tab":
        assert node.clickable


@pytest.mark.parametrize("name", sorted(SCREENS))
def test_no_false_post_on_any_recording_of_the_other_app(name: str) -> None:
    app = app_of(name)
    if app.platform == "instagram":
        assert read.post_button(app, parse(dump(name))) is None
        assert read.create_button(app, parse(dump(name))) is None


@pytest.mark.parametrize("name", TIKTOK)
def test_the_fields(name: str) -> None:
    fields = read.caption_fields(app_of(name), parse(dump(name)))
    found = tuple(node.bounds if node else None for node in (fields.title, fields.description))
    assert found == FIELDS.get(name, (None, None))


@pytest.mark.parametrize("name", TIKTOK)
def test_the_tiles_of_the_picker_alone(name: str) -> None:
    tiles = read.picker_tiles(app_of(name), parse(dump(name)))
    assert len(tiles) == TILES.get(name, 0)
    assert all(tile.mark is not None and tile.mark.clickable for tile in tiles)


def test_the_newest_tile_is_the_first_and_what_is_selected_is_counted() -> None:
    name = "ex_tt4643_gallery_one_selected_en"
    tree = parse(dump(name))
    [tile] = read.picker_tiles(app_of(name), tree)
    assert (tile.number, tile.duration_s, read.picker_selected(app_of(name), tree)) == (1, 5, 1)
    tiles = read.picker_tiles(app_of(name), parse(dump("tt_gallery_picker_en")))
    assert tiles[0].target.bounds == Bounds(5, 385, 359, 742)


@pytest.mark.parametrize("name", TIKTOK)
def test_what_uploads_and_nothing_on_a_recording_without_a_percentage(name: str) -> None:
    uploads = {"tt4703_uploading_fr": Upload(running=True, percent=99)}
    assert read.upload(app_of(name), parse(dump(name))) == uploads.get(name, Upload())


def test_your_story_and_drafts_are_never_what_goes_on() -> None:
    for name in TIKTOK:
        app, tree = app_of(name), parse(dump(name))
        for node in (read.next_button(app, tree), read.post_button(app, tree)):
            words = " ".join(part.label for part in node.walk()) if node else ""
            assert "Story" not in words
            assert "Drafts" not in words


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", TIKTOK)
def test_changed_recording_gives_the_same_nodes(name: str, change: str) -> None:
    app, xml = app_of(name), dump(name)
    assert verdict(app, CHANGES[change](xml, app)) == verdict(app, xml)


@pytest.mark.parametrize("name", [name for name in TIKTOK if "tiles" not in name and not name.startswith("flat")])
def test_flattened_recording_has_no_false_button(name: str) -> None:
    """Without nesting a button may not be found; what is found is the same place."""
    app, xml = app_of(name), dump(name)
    tree, flat = parse(xml), parse(flatten(xml))
    for function in ("next_button", "post_button", "gallery_thumbnail", "create_button"):
        find: Find = getattr(read, function)
        before, after = find(app, tree), find(app, flat)
        if after is not None:
            assert before is not None
            assert after.bounds == before.bounds
