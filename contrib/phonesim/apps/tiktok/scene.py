"""What the builders of screens are given, and the shell that each screen of TikTok stands in."""

from phonesim.apps.navigation import Overlay, Page
from phonesim.apps.scene import SocialScene
from phonesim.apps.tiktok.posting.state import PostingState, Upload
from phonesim.apps.tiktok.posting.uploads import Uploads
from phonesim.ui.chrome import Frame
from phonesim.ui.view import DESIGN_WIDTH, Action, Bounds, Style, View, view

__all__ = ["Overlay", "Page"]

PACKAGE = "com.zhiliaoapp.musically"
RED = "#fe2c55"
GREY = "#f1f1f2"
INK = "#161823"
DIM = "#8a8b91"
WHITE = "#ffffff"


class Scene(SocialScene, frozen=True, kw_only=True):
    """Everything that a screen of TikTok is drawn from."""

    posting: PostingState
    uploads: Uploads
    promo: bool
    """Whether the feed still shows its floating advertisement."""

    @property
    def focused(self) -> bool:
        """Whether the field of the search has the focus."""
        return self.field == "search"

    def watch_upload(self) -> Upload | None:
        """The upload that the screen shows; what is drawn of it goes stale as it goes on."""
        return self.uploads.watch()


def shell(frame: Frame, *content: View, fill: str = WHITE) -> View:
    """The frames around every screen, as recorded: decor, content, and the bars' backgrounds as last children."""
    inner = (0, 0, DESIGN_WIDTH, frame.bottom)
    body = view("FrameLayout", inner, *content, style=Style(fill=fill))
    content_frame = view("FrameLayout", inner, body, id="android:id/content")
    bars = view("View", (0, frame.bottom, DESIGN_WIDTH, frame.height), id="android:id/navigationBarBackground")
    return view("FrameLayout", frame.whole, view("LinearLayout", inner, content_frame), bars)


def framed(bounds: Bounds, inner: View, *ids: str) -> View:
    """Frames around a node, the last one outermost, each with its id or none, as the recordings nest them."""
    for id_ in ids:
        inner = view("FrameLayout", bounds, inner, id=id_)
    return inner


def text(
    bounds: Bounds,
    words: str,
    *,
    cls: str = "TextView",
    id: str = "",
    flags: str = "",
    desc: str = "",
    action: Action | None = None,
    size: int = 40,
    color: str = INK,
    bold: bool = False,
    align: str = "left",
    lines: int = 1,
    fill: str = "",
    radius: int = 0,
) -> View:
    """A node with words in it."""
    style = Style(
        size=size,
        color=color,
        bold=bold,
        align="center" if align == "center" else "right" if align == "right" else "left",
        lines=lines,
        fill=fill,
        radius=radius,
    )
    return view(cls, bounds, id=id, text=words, desc=desc, flags=flags, action=action, style=style)


def word_button(
    bounds: Bounds,
    words: str,
    *,
    id: str = "",
    action: Action | None = None,
    ink: str = WHITE,
    fill: str = RED,
    size: int = 40,
) -> View:
    """A Button that carries its word itself, drawn as a filled plate."""
    style = Style(size=size, color=ink, bold=True, align="center", fill=fill, radius=12)
    return view("Button", bounds, id=id, text=words, flags="Cf", action=action, style=style)


def icon(
    bounds: Bounds,
    name: str,
    *,
    cls: str = "ImageView",
    id: str = "",
    desc: str = "",
    flags: str = "",
    action: Action | None = None,
    size: int = 72,
    color: str = INK,
) -> View:
    """A node with a picture in it."""
    style = Style(icon=name, size=size, color=color)
    return view(cls, bounds, id=id, desc=desc, flags=flags, action=action, style=style)


def notice(frame: Frame, top: int, title: str, words: str, picture: str) -> View:
    """A picture, a title and a sentence in the middle of an otherwise empty part of the screen."""
    return view(
        "LinearLayout",
        (60, top, 1020, min(top + 520, frame.bottom)),
        icon((460, top, 620, top + 160), picture, size=150, color="#c9cacd"),
        text((60, top + 190, 1020, top + 260), title, size=50, bold=True, align="center"),
        text((110, top + 270, 970, top + 400), words, size=38, color=DIM, align="center", lines=2),
    )
