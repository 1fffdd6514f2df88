"""Questions on the way to a post: where a share goes to, whether to leave, whether to publish now."""

from collections.abc import Callable, Mapping

from phonesim.apps.instagram.scene import BLUE, DIM, Scene
from phonesim.apps.instagram.windows import alert, asks, headline, sheet
from phonesim.apps.navigation import Overlay
from phonesim.ui.controls import CLOSE, WHITE, heading, icon, text
from phonesim.ui.view import Action, Bounds, Style, Window, view


def publish_now(scene: Scene, overlay: Overlay) -> Window:
    """The sheet that asks once more after Share; the id of its button is the one that others' scripts name."""
    labels = scene.labels
    top = scene.frame.bottom - 620
    box: Bounds = (60, top + 420, 1020, top + 540)
    word = labels["share"]
    label = heading((400, top + 450, 680, top + 510), word, size=44, color=WHITE)
    inner = view("Button", box, label, id="bb_primary_action", desc=word, flags="Cf", action=Action("publish_now"))
    share = view("FrameLayout", box, inner, id="bb_primary_action_container", style=Style(fill=BLUE, radius=60))
    area: Bounds = (120, top + 190, 960, top + 380)
    parts = [
        heading((60, top + 80, 1020, top + 170), labels["sharing_title"], id="igds_headline_headline", size=54),
        text(area, labels["sharing_text"], id="igds_headline_body", size=38, color=DIM, lines=3, align="center"),
        share,
    ]
    return sheet(scene, top, *parts)


def share_chooser(scene: Scene, overlay: Overlay) -> Window:
    """Where a share goes to. No recording is known: labels stand below clickable rows without ids."""
    labels = scene.labels
    top = scene.frame.bottom - 700
    rows = (("chooser_reels", "reel"), ("chooser_story", "story"), ("chooser_feed", "feed"), ("chooser_direct", ""))
    parts = [heading((60, top + 30, 1020, top + 110), labels["share_to"], size=46)]
    for i, (key, placement) in enumerate(rows):
        box: Bounds = (0, top + 130 + i * 135, 1080, top + 265 + i * 135)
        label = text((180, box[1] + 35, 1000, box[3] - 35), labels[key], size=44)
        tap = Action("share_to", placement) if placement else CLOSE
        inner = view("LinearLayout", box, icon((60, box[1] + 32, 130, box[1] + 102), "share", size=60), label)
        parts.append(view("FrameLayout", box, inner, flags="Cf", action=tap))
    return sheet(scene, top, *parts)


WINDOWS: Mapping[str, Callable[[Scene, Overlay], Window]] = {
    "publish_now": publish_now,
    "discard": asks(
        alert,
        "discard_title",
        "discard_text",
        ("primary_button", "discard", Action("discard")),
        ("auxiliary_button", "save_draft", Action("save_draft")),
        ("cancel_button", "keep_editing"),
    ),
    "share_chooser": share_chooser,
    "popup.sharing_posts": asks(headline, "sharing_title", "sharing_text", ("primary_button", "ok")),
}
