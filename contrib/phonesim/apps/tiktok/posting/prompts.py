"""Questions on the way to a post and after it: draft or discard, publish now, the limit, the launcher's widget."""

from collections.abc import Callable, Mapping

from phonesim.apps.navigation import Overlay
from phonesim.apps.tiktok.scene import Scene
from phonesim.apps.tiktok.sheets import asks, dialog_window
from phonesim.ui.controls import CLOSE, DIM, GREY, INK, WHITE, heading, icon_button, text, text_button, word_button
from phonesim.ui.view import Action, Bounds, Style, View, Window, view

LAUNCHER = "com.android.launcher3"


def widget(scene: Scene, overlay: Overlay) -> Window:
    """The launcher's own sheet, with its recorded ids."""
    bottom = scene.frame.height
    top = bottom - 991
    labels = scene.labels
    box: Bounds = (0, top, 1080, bottom)
    cell: Bounds = (71, top + 262, 1009, top + 718)
    name = "TikTok Camera"
    words = view(
        "LinearLayout",
        (71, top + 552, 1009, top + 697),
        text((415, top + 552, 664, top + 603), name, id="widget_name", size=38, align="center"),
        text((71, top + 603, 1009, top + 654), "1 × 1", id="widget_dims", size=34, color=DIM, align="center"),
        text((71, top + 654, 1009, top + 697), name, id="widget_description", size=34, color=DIM, align="center"),
        id="widget_text_container",
    )
    preview = view("FrameLayout", (426, top + 304, 653, top + 531), style=Style(icon="music", size=200))
    buttons = [
        text_button((382, top + 781, 613, top + 907), labels["cancel"], align="center", action=CLOSE),
        text_button((634, top + 781, 1051, top + 907), labels["add_to_home"], align="center"),
    ]
    parts = [
        text((29, top + 63, 1051, top + 148), "TikTok", id="widget_appName", size=60, align="center"),
        text((29, top + 148, 1051, top + 220), labels["widget_drag"], id="widget_drag_instruction", align="center"),
        view("ScrollView", cell, view("FrameLayout", cell, preview, words, id="widget_cell", desc=name)),
        view("LinearLayout", (29, top + 760, 1051, top + 928), *buttons, id="actions_container"),
    ]
    sheet = view("LinearLayout", box, *parts, id="add_item_bottom_sheet_content", style=Style(fill=WHITE, radius=40))
    return dialog_window(scene, sheet, outside=CLOSE, package=LAUNCHER)


def link(scene: Scene, overlay: Overlay) -> Window:
    """Where a product link is typed."""
    top = scene.frame.height // 2 - 700
    box: Bounds = (60, top, 1020, top + 560)
    labels, made = scene.labels, scene.posting.composition
    typed = made.texts["link"] if made else ""
    style = Style(fill=GREY, radius=14, inset=24, text=typed or "https://", color=DIM if not typed else "#161823")
    flags = "CfLF" if scene.field == "link" else "CfL"
    parts = [
        heading((100, top + 40, 980, top + 110), labels["product_link"], id="title", size=48),
        view(
            "EditText", (100, top + 170, 980, top + 300), id="gzk", text=typed, flags=flags, field="link", style=style
        ),
        *_pair(scene, top + 380, ("cancel", CLOSE), ("add", Action("add_link"))),
    ]
    return dialog_window(scene, view("FrameLayout", box, *parts, style=Style(fill=WHITE, radius=28)))


def _pair(scene: Scene, top: int, *buttons: tuple[str, Action]) -> list[View]:
    return [
        word_button(
            (100 + i * 450, top, 530 + i * 450, top + 120), scene.labels[key], action=action, ink=INK, fill=GREY
        )
        for i, (key, action) in enumerate(buttons)
    ]


SHEETS: Mapping[str, Callable[[Scene, Overlay], Window]] = {
    "discard": asks(
        "discard_title", "discard_text", ("discard", Action("discard")), ("keep_draft", Action("save_draft"))
    ),
    "publish_now": asks("publish_title", "publish_text", ("cancel",), ("publish_now", Action("publish_now"))),
    "post_limit": asks("post_limit_title", "post_limit_text", ("ok",)),
    "widget": widget,
    "product_link": link,
}


def progress(scene: Scene) -> list[View]:
    """The upload in the upper left corner: its percentage; or, once none runs, that one failed."""
    upload = next(iter(scene.uploads), None)
    if upload is None or upload.failed:
        return failure(scene)
    box: Bounds = (32, 300, 212, 540)
    words = heading((32, 390, 212, 450), scene.labels.number(f"{upload.percent(scene.phone.clock())}%"), size=44)
    return [view("FrameLayout", box, words, id="upload_progress", style=Style(fill=GREY, radius=16))]


def failure(scene: Scene) -> list[View]:
    """The bar that an upload leaves which failed, with Retry: one bar, however many failed."""
    upload = next((upload for upload in scene.uploads if upload.failed), None)
    if upload is None:
        return []
    labels = scene.labels
    again: Bounds = (640, 290, 880, 380)
    dismiss = Action("give_up", upload.post.target)
    parts = [
        text((70, 290, 620, 380), labels["upload_failed"], id="tv_title", size=42),
        word_button(again, labels["retry"], action=Action("retry_upload", upload.post.target), ink=INK, fill=GREY),
        icon_button((920, 290, 1010, 380), "close", desc=labels["close"], action=dismiss),
    ]
    box: Bounds = (32, 270, 1048, 400)
    return [view("FrameLayout", box, *parts, id="upload_failed", flags="C", style=Style(fill=WHITE, radius=16))]
