"""What the system draws around every app: status bar, navigation bar, keyboard and toasts."""

import msgspec

from phonesim.ui.view import DESIGN_WIDTH, Action, Style, View, Window, view

SYSTEMUI = "com.android.systemui"
IME = "com.android.inputmethod.latin"
STATUS = 84
NAV = 126
KEYBOARD = 760
_ROWS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """What a builder draws for, in design units: 1080 wide, `height` high."""

    height: int
    stretch: float = 1.0
    """How much wider than that the display is (arrangement.py): what keeps its shape grows in height as much."""

    @property
    def bottom(self) -> int:
        """Where the app's content ends and the navigation bar begins."""
        return self.height - NAV

    @property
    def whole(self) -> tuple[int, int, int, int]:
        return (0, 0, DESIGN_WIDTH, self.height)


def system_bars(frame: Frame, *, clock_text: str, dark: bool) -> list[Window]:
    """The navigation bar and the status bar, as two windows of the system's own package."""
    return [_navigation_bar(frame, dark), _status_bar(clock_text, dark)]


def _navigation_bar(frame: Frame, dark: bool) -> Window:
    top, bottom = frame.bottom, frame.height
    ink, ground = ("#ffffff", "#000000") if dark else ("#3c4043", "#ffffff")
    keys = [
        view(
            "ImageView",
            (left, top, left + 236, bottom),
            id=name,
            desc=desc,
            flags="Cf",
            action=Action(name),
            style=Style(icon=icon, size=64, color=ink),
        )
        for left, name, desc, icon in (
            (150, "back", "Back", "nav-back"),
            (422, "home", "Home", "nav-home"),
            (694, "recent_apps", "Overview", "nav-recents"),
        )
    ]
    bar = (0, top, DESIGN_WIDTH, bottom)
    inner = view("FrameLayout", bar, *keys, id="navigation_bar_view")
    root = view("FrameLayout", bar, inner, id="navigation_bar_frame", style=Style(fill=ground))
    return Window(package=SYSTEMUI, root=root)


def _status_bar(clock_text: str, dark: bool) -> Window:
    ink = "#ffffff" if dark else "#202124"
    bar = (0, 0, DESIGN_WIDTH, STATUS)
    wifi = [
        view("View", (886 + 14 * i, 56 - 9 * i, 896 + 14 * i, 60), style=Style(fill=ink, radius=3)) for i in range(4)
    ]
    inner = view(
        "FrameLayout",
        bar,
        view(
            "TextView",
            (40, 12, 190, 76),
            id="clock",
            text=clock_text,
            desc=clock_text,
            style=Style(size=38, color=ink, bold=True),
        ),
        view("FrameLayout", (880, 20, 950, 66), *wifi, id="mobile_combo", desc="Phone signal full."),
        view(
            "LinearLayout",
            (966, 28, 1030, 60),
            view("View", (972, 34, 1016, 54), style=Style(fill=ink, radius=3)),
            id="battery",
            desc="Battery 84 percent.",
            style=Style(outline=ink, radius=8),
        ),
        id="status_bar",
    )
    return Window(package=SYSTEMUI, root=view("FrameLayout", bar, inner))


def keyboard(frame: Frame) -> list[Window]:
    """The input method: one listed frame that takes touches, and the keys, which only people see."""
    top = frame.bottom - KEYBOARD
    area = (0, top, DESIGN_WIDTH, frame.bottom)
    listed = view("FrameLayout", area, id="android:id/inputArea", flags="C", style=Style(fill="#e8eaed"))
    keys = [*_letters(top + 24), *_last_row(top + 24 + 4 * 146)]
    return [
        Window(package=IME, root=listed),
        Window(package=IME, root=view("FrameLayout", area, *keys), listed=False),
    ]


def _letters(top: int) -> list[View]:
    keys: list[View] = []
    for number, row in enumerate(_ROWS):
        left = (DESIGN_WIDTH - len(row) * 106) // 2
        y = top + number * 146
        keys += [
            _key((left + i * 106 + 5, y, left + (i + 1) * 106 - 5, y + 128), letter, Action("type", letter))
            for i, letter in enumerate(row)
        ]
    y = top + 3 * 146
    keys.append(_key((920, y, 1065, y + 128), "", Action("key", "67"), icon="delete"))
    return keys


def _last_row(top: int) -> list[View]:
    bottom = top + 116
    return [
        _key((15, top, 165, bottom), "?123", None),
        _key((180, top, 280, bottom), ",", None),
        _key((295, top, 785, bottom), "", Action("type", " ")),
        _key((800, top, 900, bottom), ".", Action("type", ".")),
        _key((915, top, 1065, bottom), "", Action("key", "66"), icon="search", fill="#1a73e8"),
    ]


def _key(
    bounds: tuple[int, int, int, int], label: str, action: Action | None, *, icon: str = "", fill: str = "#ffffff"
) -> View:
    ink = "#ffffff" if fill != "#ffffff" else "#202124"
    style = Style(fill=fill, radius=16, text=label, icon=icon, size=52, align="center", color=ink)
    return view("View", bounds, flags="C" if action else "", action=action, style=style)


def toast(frame: Frame, text: str) -> Window:
    """A message that people see for a moment and a dump never holds."""
    bounds = (140, frame.bottom - 420, 940, frame.bottom - 290)
    style = Style(fill="#323232", radius=60, color="#ffffff", size=38, align="center", lines=2)
    return Window(package=SYSTEMUI, root=view("TextView", bounds, text=text, style=style), listed=False)
