"""What TikTok's screens are drawn from, and the shell that each of them stands in."""

from phonesim.apps.scene import SocialScene
from phonesim.apps.tiktok.posting.state import TikTokPosting
from phonesim.ui.chrome import Frame
from phonesim.ui.controls import DIM, WHITE, heading, icon, text
from phonesim.ui.view import DESIGN_WIDTH, Bounds, Style, View, view

PACKAGE = "com.zhiliaoapp.musically"


class Scene(SocialScene, frozen=True, kw_only=True):
    """Everything that a screen of TikTok is drawn from."""

    posting: TikTokPosting
    promo: bool
    """Whether the feed still shows its floating advertisement."""


def shell(frame: Frame, *content: View, fill: str = WHITE) -> View:
    """The frames around every screen, as recorded: decor, content, and the bars' backgrounds as last children."""
    inner = (0, 0, DESIGN_WIDTH, frame.bottom)
    body = view("FrameLayout", inner, *content, style=Style(fill=fill))
    content_frame = view("FrameLayout", inner, body, id="android:id/content")
    bars = view("View", (0, frame.bottom, DESIGN_WIDTH, frame.height), id="android:id/navigationBarBackground")
    return view("FrameLayout", frame.whole, view("LinearLayout", inner, content_frame), bars)


def notice(frame: Frame, top: int, title: str, words: str, picture: str) -> View:
    """A picture, a title and a sentence in the middle of an otherwise empty part of the screen."""
    box: Bounds = (60, top, 1020, min(top + 520, frame.bottom))
    glyph = icon((460, top, 620, top + 160), picture, size=150, color="#c9cacd")
    label = text((110, top + 270, 970, top + 400), words, size=38, color=DIM, align="center", lines=2)
    return view("LinearLayout", box, glyph, heading((60, top + 190, 1020, top + 260), title, size=50), label)
