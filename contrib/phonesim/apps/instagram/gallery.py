"""What the pickers share: thumbnails with their descriptions, and the switch POST, STORY, REEL below them."""

from phonesim.apps.instagram.scene import BLUE, Scene
from phonesim.apps.posting.pictures import picture_of
from phonesim.contract import MediaItem
from phonesim.ui.controls import NOTHING, WHITE, text
from phonesim.ui.view import Action, Bounds, Style, View, view

REFRESH_S = 0.5
"""How long a screen that lists media is believed: a row may have appeared since."""


def listed_media(scene: Scene) -> list[MediaItem]:
    """Photos and videos, newest first; none while the picker still loads."""
    if scene.loading:
        return []
    scene.phone.before(scene.phone.clock() + REFRESH_S)
    return [item for item in scene.phone.media.items() if item.kind in ("video", "images")]


def described(scene: Scene, item: MediaItem) -> str:
    """`Unselected Video thumbnail created on ...`: a row's number stands for the minute."""
    chosen = item.uri in scene.posting.chosen
    key = f"{'selected' if chosen else 'unselected'}_{'video' if item.kind == 'video' else 'photo'}"
    return scene.labels.filled(key, f"{item.row_id // 60 % 12 + 1}:{item.row_id % 60:02}")


def thumbnail(scene: Scene, item: MediaItem, box: Bounds, *, flags: str, band: int) -> View:
    """One cell: the group and the button in it are both clickable; `band` is the height of the lower edge."""
    tap = Action("choose", item.uri)
    low: Bounds = (box[0], box[3] - band, box[2], box[3])
    chosen = item.uri in scene.posting.chosen
    parts = [
        view("ImageView", box, id="background_color", style=picture_of(item)),
        view("Button", box, id="gallery_grid_item_thumbnail", desc=described(scene, item), flags="C", action=tap),
    ]
    if chosen:
        # Accessibility sees a bare view; people see the border.
        parts.append(view("View", box, id="gallery_grid_item_selection_overlay", style=Style(outline=BLUE, radius=8)))
    parts.append(view("View", low, id="gallery_grid_item_bottom_container"))
    if item.kind == "video":
        right: Bounds = (box[2] - 88, box[3] - 70, box[2] - 18, box[3] - 20)
        parts.append(text(right, "0:08", id="gallery_grid_item_label", size=30, color=WHITE, align="right"))
    if chosen and scene.posting.multiple:
        number = str(scene.posting.chosen.index(item.uri) + 1)
        circle: Bounds = (box[2] - 66, box[1] + 10, box[2] - 10, box[1] + 66)
        parts.append(
            text(
                circle,
                number,
                id="gallery_grid_item_selection_circle",
                size=32,
                color=WHITE,
                align="center",
                fill=BLUE,
                radius=28,
            )
        )
    return view("ViewGroup", box, *parts, flags=flags, action=tap)


def destinations(scene: Scene, keys: tuple[tuple[str, str, str], ...], left: int) -> View:
    """The switch at the bottom. `keys` are (id behind `cam_dest_`, label, placement)."""
    bottom = scene.frame.height
    top = scene.frame.bottom - 127
    whole: Bounds = (0, top, 1080, bottom)
    row: Bounds = (0, top, 1080, top + 108)
    cells: list[View] = []
    x = left
    for id_, key, placement in keys:
        width = 300 if key == "TEMPLATES" else 160
        word = scene.labels[f"dest_{key.lower()}"]
        active = placement == scene.posting.placement
        cells.append(
            text(
                (x, top + 12, x + width, top + 96),
                word,
                id=f"cam_dest_{id_}",
                desc=word,
                flags="Cf",
                action=Action("destination", placement) if placement else NOTHING,
                size=38,
                bold=active,
                align="center",
                color=WHITE if active else "#c7ccd1",
            )
        )
        x += width
    pill = view("View", (left - 25, top, x + 25, top + 108), style=Style(fill="#262b31", radius=54))
    inner = view("LinearLayout", row, *cells)
    return view("FrameLayout", whole, view("LinearLayout", row, pill), inner, id="multi_destination_scroll_view")
