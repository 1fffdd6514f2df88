"""The pickers of reels and stories: a gallery over the camera, whose empty frames stay in the tree below it."""

from phonesim.apps.instagram.gallery import destinations, listed_media, thumbnail
from phonesim.apps.instagram.scene import BLUE, DIM, Box, Scene, group, left_shell, modal_shell, nest, plate_button
from phonesim.ui.controls import LIST, NOTHING, WHITE, heading, icon, icon_button, text
from phonesim.ui.view import Action, Bounds, Style, View, view

_CELL = (359, 632)
# The camera's own frames, as recorded: nothing to see or touch, but in the tree.
_CONTROLS = (
    ("View", "floating_stroke_width_indicator"),
    ("FrameLayout", "clips_post_capture_controls"),
    ("FrameLayout", "layout_post_capture_button_config"),
    ("FrameLayout", "gl_frame_preview_container"),
    ("FrameLayout", "post_capture_interactive_contents_container"),
    ("ViewGroup", "post_capture_texture_view_container"),
)
_CAMERA = (
    ("View", "container_touch_event_forwarding_view"),
    ("FrameLayout", "camera_permissions_cover"),
    ("FrameLayout", "clips_template_browser_fragment_holder"),
    ("FrameLayout", "pre_capture_navigation_picker_container"),
    ("RelativeLayout", "pre_capture_sup_toggle_layout"),
    ("ViewGroup", "camera_countdown_container"),
    ("ViewGroup", "clips_top_level_container"),
    ("FrameLayout", "pre_capture_interactive_contents_container"),
    ("FrameLayout", "pre_capture_buttons_container"),
    ("FrameLayout", "camera_pre_capture_utility_menu_view"),
    ("FrameLayout", "layout_camera_tool_menu_container"),
    ("ViewGroup", "layout_format_divider_container"),
    ("View", "camera_preview_touch_event_forwarding_view"),
    ("FrameLayout", "camera_stub_constraint_layout"),
)


def reel_picker(scene: Scene) -> View:
    """New reel: an activity of its own, with REEL and TEMPLATES below it."""
    drafts = len(scene.world.drafts_of(scene.world.active))
    word = scene.labels.filled("drafts_n", drafts) if drafts else scene.labels["drafts"]
    chips = (scene.labels["edits"], word, scene.labels["templates"])
    bar: Bounds = (0, 138, 1080, 278)
    cells = [_chip(chip, 34 + i * 274, 138) for i, chip in enumerate(chips)]
    strip = view(LIST, bar, *cells, id="gallery_destination_bar", flags="f")
    tree = quick_capture(scene, _gallery(scene, scene.labels["new_reel"], strip, 278), camera=True, focused=True)
    switch = destinations(scene, (("clips", "REEL", "reel"), ("template", "TEMPLATES", "")), 466)
    whole = scene.frame.whole
    return modal_shell(scene, view("FrameLayout", whole, tree, id="multi_destination_container"), switch)


def story_picker(scene: Scene) -> View:
    """Add to story: the page left of home."""
    bar: Bounds = (0, 138, 1080, 392)
    keys = ("templates", "music", "collage")
    cells = [_tile(scene.labels[key], 10 + i * 360) for i, key in enumerate(keys)]
    strip = view("GridView", bar, *cells, id="gallery_destination_bar", flags="f")
    tree = quick_capture(scene, _gallery(scene, scene.labels["add_to_story"], strip, 392), camera=False)
    whole = scene.frame.whole
    return left_shell(scene, view("FrameLayout", whole, tree, id="multi_destination_container"))


def quick_capture(scene: Scene, gallery: View, *, camera: bool, focused: bool = False) -> View:
    """The camera's frames around a gallery or an editor."""
    inner: Bounds = (0, 0, 1080, scene.frame.bottom)
    controls = group(inner, *_empty(inner, _CONTROLS), id="post_capture_controls_container")
    parts = [view("FrameLayout", inner, id="instructions_layout"), controls]
    if camera:
        small: Bounds = (0, 0, 1080, 240)
        body = view("FrameLayout", small, *_empty(small, _CAMERA[1:]), id="pre_capture_controls_content_container")
        before = view("FrameLayout", small, *_empty(small, _CAMERA[:1]), body, id="pre_capture_controls_container")
        parts.append(before)
    drawer = view("FrameLayout", inner, *parts, gallery, id="quick_capture_drawer_content")
    root = view(
        "FrameLayout",
        scene.frame.whole,
        view("FrameLayout", inner, drawer, id="quick_capture_outer_container"),
        id="quick_capture_root_container",
        flags="CfF" if focused else "Cf",
        action=NOTHING,
    )
    return view("FrameLayout", scene.frame.whole, root, id="quick_capture_fragment_container")


def _empty(box: Bounds, frames: tuple[tuple[str, str], ...]) -> list[View]:
    return [view(cls, box, id=id_) for cls, id_ in frames]


def _chip(word: str, left: int, top: int) -> View:
    box: Bounds = (left, top + 10, left + 254, top + 129)
    parts = [
        icon((left + 30, top + 40, left + 88, top + 98), "grid", id="button_icon", size=50),
        text((left + 112, top + 45, left + 250, top + 95), word, id="button_name", size=36),
    ]
    tap = NOTHING
    style = Style(fill="#eff1f4", radius=30)
    return view("ViewGroup", box, *parts, id="gallery_destination_item", flags="Cf", action=tap, style=style)


def _tile(word: str, left: int) -> View:
    picture: Bounds = (left + 112, 192, left + 220, 300)
    parts = [
        group(picture, icon(picture, "grid", id="button_icon", size=70), id="button_icon_container"),
        text((left + 40, 300, left + 300, 340), word, id="button_name", size=34, align="center"),
    ]
    box: Bounds = (left, 170, left + 332, 360)
    style = Style(fill="#eff1f4", radius=30)
    return view("ViewGroup", box, *parts, id="gallery_destination_item", flags="Cf", action=NOTHING, style=style)


def _gallery(scene: Scene, title: str, strip: View, top: int) -> View:
    labels = scene.labels
    whole: Bounds = (0, 0, 1080, scene.frame.bottom)
    header: Bounds = (0, 0, 1080, 138)
    tap = Action("discard")
    label = heading((300, 46, 780, 102), title, id="gallery_title_text", size=50)
    head = group(
        header,
        icon_button((0, 10, 128, 138), "close", id="gallery_cancel_button", desc=labels["back_to_home"], action=tap),
        view("LinearLayout", (128, 10, 952, 138), label, id="gallery_title_container"),
        icon_button((952, 10, 1080, 138), "gear", id="gallery_settings_gear", desc=labels["camera_settings"]),
        id="gallery_header",
    )
    bar: Bounds = (0, 138, 1080, top + 129)
    app_bar = view("LinearLayout", bar, strip, _menu(scene, top), id="gallery_app_bar")
    below: Bounds = (0, 138, 1080, scene.frame.bottom)
    container = view(
        "LinearLayout", (0, top + 129, 1080, scene.frame.bottom), _grid(scene, top + 133), id="gallery_container"
    )
    coordinator = group(below, app_bar, container, *_tray(scene), id="gallery_container_coordinator")
    background = view("LinearLayout", whole, head, coordinator, id="gallery_background", style=Style(fill=WHITE))
    return nest(
        whole,
        (Box("FrameLayout", "gallery_grid_parent_container"), Box("ViewGroup", "gallery_root_container")),
        background,
    )


def _menu(scene: Scene, top: int) -> View:
    """The album's name, and "Select multiple" in a button with a picture."""
    labels = scene.labels
    row: Bounds = (0, top, 1080, top + 129)
    picture: Bounds = (990, top + 51, 1029, top + 90)
    chosen = scene.posting.multiple
    button = view(
        "Button",
        (966, top + 27, 1053, top + 114),
        icon(picture, "check" if chosen else "grid", id="slideout_iconview_icon", size=38),
        id="gallery_menu_multi_select_button",
        desc=labels["select_multiple"],
        flags="Cf",
        action=Action("multiple"),
        style=Style(fill=BLUE if chosen else "#eff1f4", radius=43),
    )
    buttons = view("LinearLayout", (880, top, 1080, top + 129), button, id="gallery_select_buttons_container")
    words: Bounds = (0, top + 36, 294, top + 92)
    desc = labels["album_switcher"]
    style = Style(text=labels["recents"], size=44, bold=True, inset=34)
    album = view(
        "TextView", (0, top + 36, 258, top + 92), id="gallery_folder_menu_tv", text=desc, flags="f", style=style
    )
    box: Bounds = (0, top, 294, top + 129)
    inner = view("LinearLayout", words, album, id="gallery_folder_menu_container")
    folder = view("LinearLayout", box, inner, id="gallery_folder_menu_button")
    return view("FrameLayout", row, view("FrameLayout", row, buttons), folder, id="gallery_menu")


def _grid(scene: Scene, top: int) -> View:
    """Three columns of tall cells, the first of them the camera's."""
    labels = scene.labels
    bottom = scene.frame.bottom
    items = listed_media(scene)
    rows = len(items) // 3 + 1
    box: Bounds = (0, top, 1080, min(bottom, top + rows * _CELL[1]))
    camera: Bounds = (4, top, 358, top + 628)
    small: Bounds = (153, top + 285, 212, top + 344)
    picture = icon(small, "play", id="gallery_grid_camera_item_icon", desc=labels["camera"], size=56, color=DIM)
    first = view(
        "Button", camera, picture, desc=labels["open_camera"], flags="Cf", action=NOTHING, style=Style(fill="#eff1f4")
    )
    cells = [first]
    for number, item in enumerate(items, start=1):
        left = 4 + number % 3 * _CELL[0]
        y = top + number // 3 * _CELL[1]
        if y + 628 <= bottom:
            cells.append(thumbnail(scene, item, (left, y, left + 354, y + 628), flags="Cf", band=162))
    fast: Bounds = (806, top, 1080, min(box[3], top + 128))
    inner = view("FrameLayout", box, view("LinearLayout", fast, id="fast_scroll"))
    scroll = view("FrameLayout", box, inner, id="fast_scroll_container")
    grid = view("GridView", box, *cells, id="gallery_recycler_view", flags="f")
    return view("FrameLayout", box, grid, scroll, id="gallery_grid_container")


def _tray(scene: Scene) -> tuple[View, ...]:
    """What is selected of several, with Next."""
    if not scene.posting.multiple or not scene.posting.chosen:
        return ()
    bottom = scene.frame.bottom - 140
    box: Bounds = (0, bottom - 160, 1080, bottom)
    words, area = scene.labels["next"], (760, bottom - 130, 1040, bottom - 30)
    button = plate_button(area, words, id="media_thumbnail_tray_button", action=Action("picked"))
    return (view("FrameLayout", box, button, id="media_thumbnail_tray", style=Style(fill=WHITE, shadow=True)),)
