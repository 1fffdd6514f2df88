"""Between the picker and the caption: the reel's editor as recorded, those of posts and stories by description."""

from phonesim.apps.instagram.capture import quick_capture
from phonesim.apps.instagram.scene import BLUE, GREY, INK, Scene, group, left_shell, modal_shell, plate_button
from phonesim.apps.posting.pictures import picture_of
from phonesim.apps.posting.state import Composition
from phonesim.ui.controls import LIST, NOTHING, WHITE, icon, icon_button, text
from phonesim.ui.view import Action, Bounds, Style, View, view

_SOUNDS = Action("sounds")
_LEADS = {"add_audio": _SOUNDS, "volume": Action("volume")}
"""Which of the reel's tools lead anywhere."""
_TOOLS = (
    ("volume_controls", "add_audio", "music"),
    ("add_text", "add_text", "comment"),
    ("add_sticker", "add_sticker", "plus"),
    ("ar_effects", "effects", "heart"),
    ("voiceover", "voiceover", "bell"),
    ("add_clips", "add_clips", "grid"),
    ("captions", "captions", "comment"),
    ("volume_controls", "volume", "music"),
    ("save", "save", "down"),
)


def reel_editor(scene: Scene, made: Composition) -> View:
    """Edit video | Next, a row of tools, and a toast that offers music."""
    bottom = scene.frame.bottom
    bar: Bounds = (30, bottom - 105, 1050, bottom)
    left = _bar_button(
        "left", (30, bottom - 105, 252, bottom), scene.labels["edit_video_hint"], scene.labels["edit_video"]
    )
    right = _bar_button("right", (868, bottom - 105, 1050, bottom), scene.labels["next"], scene.labels["next"])
    swipe: Bounds = (0, bottom - 390, 1080, bottom - 182)
    arrow = view("ImageView", (510, bottom - 300, 569, bottom - 241), id="clips_stacked_timeline_swipe_up_icon")
    whole: Bounds = (0, 0, 1080, bottom)
    preview: Bounds = (0, 0, 1080, bottom - 123)
    controls = view(
        "FrameLayout",
        whole,
        group(
            whole,
            view("FrameLayout", preview, id="post_capture_preview_size_placeholder"),
            view("LinearLayout", swipe, arrow, id="clips_stacked_timeline_swipe_up_icon_container"),
            group(bar, left, right, id="clips_action_bar"),
            id="clips_post_capture_controls_constraintlayout",
        ),
        id="clips_post_capture_controls",
    )
    share = view("LinearLayout", (0, bottom - 30, 1080, bottom), id="post_capture_button_share_container")
    inner = view("FrameLayout", preview, _tools(scene, bottom - 350), id="post_capture_preview_size_placeholder")
    body = view("LinearLayout", (0, bottom - 30, 1080, bottom), share, id="post_capture_button_root_container")
    config = view(
        "FrameLayout", whole, inner, _top_bar(scene), _audio_toast(scene), body, id="layout_post_capture_button_config"
    )
    tree = _frames(scene, made, controls, config, desc=scene.labels["reel_preview"])
    return modal_shell(scene, view("FrameLayout", scene.frame.whole, tree, id="multi_destination_container"))


def _frames(scene: Scene, made: Composition, *over: View, desc: str) -> View:
    """The picture, and over it the controls, inside the camera's frames."""
    bottom = scene.frame.bottom
    whole: Bounds = (0, 0, 1080, bottom)
    preview: Bounds = (0, 0, 1080, bottom - 123)
    surface = view("View", preview, id="camera_video_preview_surface_view", style=picture_of(made.files[0]))
    drawable = view("FrameLayout", preview, id="capture_interactive_drawable_container", desc=desc)
    inner = view("FrameLayout", preview, drawable, id="post_capture_interactive_drawable_container_holder")
    interactive = view("FrameLayout", preview, inner, id="post_capture_interactive_contents_container")
    part = view("View", whole, id="floating_stroke_width_indicator")
    body = view("ViewGroup", preview, surface, id="post_capture_texture_view_container")
    controls = group(whole, part, body, interactive, *over, id="post_capture_controls_container")
    return quick_capture(scene, controls, camera=scene.page.name == "reel_editor")


def _bar_button(side: str, box: Bounds, desc: str, word: str) -> View:
    middle: Bounds = (box[0] + 39, box[1] + 33, box[2] - 30, box[3] - 33)
    label = text(middle, word, size=38, bold=True, color=WHITE if side == "right" else INK)
    return view(
        "Button",
        box,
        label,
        id=f"clips_{side}_action_button",
        desc=desc,
        flags="Cf",
        action=Action("edited") if side == "right" else NOTHING,
        style=Style(fill=BLUE if side == "right" else GREY, radius=50),
    )


def _without(scene: Scene) -> tuple[str, ...]:
    """Tools that a fault has taken away."""
    return ("add_audio", "music") if scene.phone.faults.active("no_sound_tool") else ()


def _tools(scene: Scene, top: int) -> View:
    buttons: list[View] = []
    tools = [tool for tool in _TOOLS if tool[1] not in _without(scene)]
    for i, (id_, key, picture) in enumerate(tools):
        left = 18 + i * 124
        box: Bounds = (left, top + 48, min(1080, left + 107), top + 155)
        inner: Bounds = (left + 24, top + 72, min(1080, left + 83), top + 131)
        buttons.append(
            view(
                "Button",
                box,
                icon(inner, picture, size=52, color=WHITE),
                id=f"clips_action_bar_{id_}_button",
                desc=scene.labels[key],
                flags="Cf",
                action=_LEADS.get(key, NOTHING),
                style=Style(fill="#262b31", radius=53),
            )
        )
    return view(LIST, (0, top, 1080, top + 155), *buttons, id="creation_toolbar_recyclerview", flags="fs")


def _top_bar(scene: Scene) -> View:
    tap = Action("ask_discard")
    cancel = icon_button(
        (18, 39, 126, 147), "close", id="cancel_button", desc=scene.labels["cancel"], action=tap, color=WHITE
    )
    more: Bounds = (954, 39, 1062, 147)
    picture = icon(more, "dots", id="overflow_button_image", size=60, color=WHITE)
    overflow = view("Button", more, picture, id="overflow_button", desc="@2131966362", flags="Cf", action=NOTHING)
    return view("LinearLayout", (10, 30, 1070, 158), cancel, overflow, id="edit_buttons_toolbar")


def _audio_toast(scene: Scene) -> View:
    labels = scene.labels
    label = text((441, 58, 639, 98), labels["explore_audio"], id="toast_message_title", size=34, bold=True, color=WHITE)
    words = text((441, 98, 639, 137), labels["tap_to_browse"], id="toast_message_subtitle", size=32, color=WHITE)
    texts = view("LinearLayout", (441, 58, 639, 137), label, words, id="toast_texts")
    parts = [
        icon((342, 63, 411, 132), "music", id="toast_circular_thumbnail_image", size=50, color=WHITE),
        texts,
        icon((669, 63, 738, 132), "play", id="toast_action_icon", size=40, color=WHITE),
    ]
    style = Style(fill="#262b31", radius=58)
    return view(
        "LinearLayout", (312, 39, 768, 156), *parts, id="camera_sticky_toast", flags="Cf", action=NOTHING, style=style
    )


def feed_editor(scene: Scene, made: Composition) -> View:
    """Filters for images; no recording is known. Next has the id that others' scripts name."""
    labels = scene.labels
    bottom = scene.frame.bottom
    whole: Bounds = (0, 0, 1080, bottom)
    back = icon(
        (0, 84, 136, 220), "back", id="button_back", desc=labels["back"], flags="Cf", action=Action("ask_discard")
    )
    pictures = [
        view("ImageView", (60 + i * 980, 300, 1020 + i * 980, 1580), id="creation_image", style=picture_of(file))
        for i, file in enumerate(made.files[:1])
    ]
    count = (
        text((440, 1600, 640, 1660), f"1/{len(made.files)}", size=36, align="center") if len(made.files) > 1 else None
    )
    tools = (("add_text", "comment"), ("overlay", "plus"), ("filter", "grid"), ("add_audio", "music"))
    buttons = [
        icon_button(
            (60 + i * 200, bottom - 330, 200 + i * 200, bottom - 190),
            picture,
            desc=labels[key],
            action=_LEADS.get(key, NOTHING),
        )
        for i, (key, picture) in enumerate(tools)
        if key not in _without(scene)
    ]
    area: Bounds = (780, bottom - 150, 1040, bottom - 40)
    word = labels["next"]
    following = plate_button(area, word, id="creation_next_button", desc=word, action=Action("edited"))
    parts = [back, *pictures, *((count,) if count else ()), *buttons, following]
    return modal_shell(scene, view("FrameLayout", whole, *parts, id="media_edit_container"))


def story_editor(scene: Scene, made: Composition) -> View:
    """The picture with Your story and Close Friends below it; a touch on the first publishes."""
    labels = scene.labels
    bottom = scene.frame.bottom
    box: Bounds = (0, bottom - 150, 1080, bottom)
    buttons: list[View] = []
    for i, (key, tap) in enumerate((("your_story", Action("share_story")), ("close_friends_short", NOTHING))):
        area: Bounds = (30 + i * 430, bottom - 130, 440 + i * 430, bottom - 20)
        middle: Bounds = (area[0] + 110, area[1] + 20, area[2] - 20, area[3] - 20)
        label = text(middle, labels[key], size=38, bold=True)
        buttons.append(
            view(
                "FrameLayout", area, label, desc=labels[key], flags="Cf", action=tap, style=Style(fill=WHITE, radius=55)
            )
        )
    place: Bounds = (920, bottom - 130, 1030, bottom - 20)
    send = icon_button(
        place, "play", id="recipients_picker_button", desc=labels["share_to"], action=NOTHING, color=WHITE
    )
    share = view("LinearLayout", box, *buttons, send, id="post_capture_button_share_container")
    tools = [
        ("add_text", "add_text_button", "comment", NOTHING),
        ("add_sticker", "asset_button", "plus", NOTHING),
        ("music", "music_button", "music", _SOUNDS),
        ("effects", "", "heart", NOTHING),
    ]
    if made.kind == "video":
        tools.append(("mute_video" if made.original_on else "unmute_video", "", "bell", Action("toggle_original")))
    column = [
        icon_button(
            (940, 60 + i * 140, 1050, 170 + i * 140), picture, id=id_, desc=labels[key], action=tap, color=WHITE
        )
        for i, (key, id_, picture, tap) in enumerate(tools)
        if key not in _without(scene)
    ]
    touch = Action("ask_discard")
    cancel = icon_button(
        (18, 39, 126, 147), "close", id="cancel_button", desc=labels["cancel"], action=touch, color=WHITE
    )
    inner = view("LinearLayout", (930, 40, 1060, 780), *column, id="creation_toolbar")
    body = view("LinearLayout", box, share, id="post_capture_button_root_container")
    config = view("FrameLayout", (0, 0, 1080, bottom), inner, cancel, body, id="layout_post_capture_button_config")
    tree = _frames(scene, made, config, desc=labels["story_preview"])
    return left_shell(scene, view("FrameLayout", scene.frame.whole, tree, id="multi_destination_container"))
