"""The lock screen: what Android's own window shows over every app until it is dismissed. Pure functions."""

import io
from typing import Final

from PIL import Image

PACKAGE: Final = "com.android.systemui"
SWIPE, PIN = "swipe", "pin"
"""Its kinds: one that a swipe dismisses, and one that asks for a secret."""

_HEADER: Final = "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>"
_FLAGS: Final = (
    'checkable="false" checked="false" clickable="false" enabled="true" focusable="false" focused="false" '
    'scrollable="false" long-clickable="false" password="false" selected="false"'
)


def hierarchy_xml(kind: str, width: int, height: int) -> str:
    """The tree that a dump shows while it is up: SystemUI's window and nothing of any app."""
    hint = "Swipe up to open" if kind == SWIPE else "Swipe up to unlock"
    children = (
        _node(0, "TextView", "clock", (0, 300, width, 500), text="9:41"),
        _node(1, "LinearLayout", "keyguard_status_area", (0, 500, width, 700)),
        _node(2, "TextView", "keyguard_indication_text", (0, height - 300, width, height - 200), text=hint),
        _node(3, "ImageView", "lock_icon", (width // 2 - 60, 120, width // 2 + 60, 240)),
    )
    root = _node(0, "FrameLayout", "notification_panel", (0, 0, width, height), children="".join(children))
    return f'{_HEADER}<hierarchy rotation="0">{root}</hierarchy>'


def screenshot_png(width: int, height: int) -> bytes:
    """A dark picture."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), "#101418").save(out, "PNG")
    return out.getvalue()


def _node(
    index: int, kind: str, name: str, bounds: tuple[int, int, int, int], *, text: str = "", children: str = ""
) -> str:
    left, top, right, bottom = bounds
    attributes = (
        f'index="{index}" text="{text}" resource-id="{PACKAGE}:id/{name}" class="android.widget.{kind}" '
        f'package="{PACKAGE}" content-desc="" {_FLAGS} bounds="[{left},{top}][{right},{bottom}]"'
    )
    return f"<node {attributes}>{children}</node>"
