"""The picker of the feed, "New post": a preview of what is selected over a grid of four columns."""

from phonesim.apps.instagram.gallery import destinations, listed_media, thumbnail
from phonesim.apps.instagram.scene import BLUE, INK, Scene, group, left_shell
from phonesim.apps.posting.pictures import picture_of
from phonesim.contract import MediaItem
from phonesim.ui.controls import NOTHING, icon, text, text_button
from phonesim.ui.view import Action, Bounds, Style, View, view

_COLUMN = 270
_GRID_TOP = 1344


def feed_picker(scene: Scene) -> View:
    """Title bar with Next, preview, album and "Select multiple", grid, and the switch below."""
    items = listed_media(scene)
    bottom = scene.frame.bottom
    whole: Bounds = (0, 0, 1080, scene.frame.height)
    bar: Bounds = (0, 0, 1080, 136)
    below: Bounds = (0, 136, 1080, bottom)
    head: Bounds = (0, 136, 1080, _GRID_TOP)
    app_bar = view("LinearLayout", head, _preview(scene, items), _options(scene), id="feed_gallery_app_bar")
    coordinator = group(below, app_bar, _grid(scene, items, bottom), id="gallery_coordinator")
    inner = view("LinearLayout", below, coordinator, id="gallery_picker_view")
    column = view("LinearLayout", whole, view("LinearLayout", bar, *_title_bar(scene)), inner)
    switch = destinations(
        scene, (("feed", "POST", "feed"), ("story", "STORY", "story"), ("clips", "REEL", "reel")), 320
    )
    curation = view("FrameLayout", whole, column, id="feed_destination_curation_container")
    return left_shell(scene, view("FrameLayout", whole, curation, id="multi_destination_container"), switch)


def _title_bar(scene: Scene) -> list[View]:
    labels = scene.labels
    ready = bool(scene.posting.chosen)
    title = text((136, 0, 939, 136), labels["new_post"], id="new_post_title", flags="f", size=48, bold=True)
    tap = Action("discard")
    return [
        icon((0, 0, 136, 136), "close", id="action_bar_cancel", desc=labels["cancel"], flags="Cf", action=tap, size=60),
        view("FrameLayout", (136, 0, 939, 136), title),
        text_button(
            (939, 0, 1080, 136),
            labels["next"],
            id="next_button_textview",
            desc=labels["next"],
            action=Action("picked") if ready else NOTHING,
            size=44,
            bold=True,
            color=BLUE if ready else "#b0b8ff",
            align="center",
        ),
    ]


def _preview(scene: Scene, items: list[MediaItem]) -> View:
    box: Bounds = (0, 136, 1080, 1216)
    uri = scene.posting.chosen[-1] if scene.posting.chosen else ""
    shown = next((item for item in items if item.uri == uri), None)
    parts: list[View] = []
    if shown is not None:
        labels, picture = scene.labels, picture_of(shown)
        if shown.kind == "video":
            desc = labels["video_preview"]
            parts.append(view("View", box, id="video_preview_view", desc=desc, flags="Cf", style=picture))
        else:
            parts.append(view("ImageView", box, id="crop_image_view", desc=labels["photo_preview"], style=picture))
    parts.append(view("FrameLayout", box, id="loading_shimmer_view"))
    return view("FrameLayout", box, *parts, id="preview_container", style=Style(fill="#eff1f4"))


def _options(scene: Scene) -> View:
    labels = scene.labels
    row: Bounds = (0, 1216, 1080, _GRID_TOP)
    album = text_button(
        (0, 1251, 286, 1310), labels["recents"], id="gallery_folder_menu_tv", size=42, bold=True, align="center"
    )
    multiple = view(
        "LinearLayout",
        (721, 1240, 1050, 1318),
        icon((741, 1260, 780, 1299), "grid", id="slideout_iconview_icon", size=36),
        text((780, 1261, 1030, 1296), labels["select_multiple_upper"], id="slideout_iconview_text", size=30),
        id="multi_select_slide_button_alt",
        desc=labels["select_multiple_button"],
        flags="CfkK" if scene.posting.multiple else "Cfk",
        action=Action("multiple"),
        style=Style(outline=BLUE if scene.posting.multiple else "#c7ccd1", radius=39),
    )
    inner = view("FrameLayout", (0, 1216, 286, _GRID_TOP), album, id="gallery_folder_menu_container")
    holder = view("LinearLayout", row, inner, multiple, id="unified_camera_options_holder")
    return view(
        "HorizontalScrollView", row, holder, id="unified_camera_options_holder_horizontal_scroll_view", flags="f"
    )


def _grid(scene: Scene, items: list[MediaItem], bottom: int) -> View:
    """The first cell is the camera's; cells that do not fit above the switch are not drawn."""
    box: Bounds = (0, _GRID_TOP, 1080, bottom)
    area: Bounds = (3, _GRID_TOP + 3, 268, _GRID_TOP + 268)
    style = Style(icon="play", size=80, color=INK, fill="#eff1f4")
    place: Bounds = (3, _GRID_TOP + 3, 268, _GRID_TOP + 268)
    inner = view("ImageView", area, id="gallery_picker_grid_item_background", style=style)
    cells = [view("ViewGroup", place, inner, id="gallery_picker_grid_item_container", flags="Cf", action=NOTHING)]
    for number, item in enumerate(items, start=1):
        left = 3 + number % 4 * _COLUMN
        top = _GRID_TOP + 3 + number // 4 * _COLUMN
        if top + 265 <= bottom:
            cells.append(thumbnail(scene, item, (left, top, left + 265, top + 265), flags="CLf", band=162))
    scroll = view("FrameLayout", box, view("FrameLayout", box), id="fast_scroll_container")
    grid = view("GridView", (0, _GRID_TOP + 3, 1080, bottom), *cells, id="media_picker_grid_view", flags="f")
    return view("FrameLayout", box, grid, scroll, id="media_picker_container")
