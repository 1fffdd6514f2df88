"""The home screen and the list of recent apps."""

from phonesim.apps.app import App, Phone
from phonesim.ui.view import Action, Style, View, Window, view

PACKAGE = "com.android.launcher3"
_ICONS = (
    ("TikTok", "com.zhiliaoapp.musically", "music", "#000000"),
    ("Instagram", "com.instagram.android", "heart", "#d62976"),
    ("Settings", "com.android.settings", "gear", "#5f6368"),
    ("Chrome", "com.android.chrome", "globe", "#1a73e8"),
)
_FR = {"Settings": "Paramètres"}


class Launcher(App):
    """Shows an icon for each app that can be started."""

    package = PACKAGE
    version = "13"
    activity = "com.android.launcher3.uioverrides.QuickstepLauncher"
    light_bars = True

    def __init__(self, phone: Phone) -> None:
        self._phone = phone

    @property
    def screen(self) -> tuple[str, str]:
        return "launcher", ""

    def windows(self) -> list[Window]:
        frame = self._phone.frame
        icons = [self._icon(column, frame.bottom - 360, *icon) for column, icon in enumerate(_ICONS)]
        body = view("View", (60, 240, 1020, 420), desc="At a glance", style=_GLANCE)
        inner = view("ViewGroup", (0, frame.bottom - 400, 1080, frame.bottom), *icons, id="hotseat")
        root = view("FrameLayout", frame.whole, body, inner, id="drag_layer", style=Style(artwork="wallpaper"))
        return [Window(package=PACKAGE, root=root)]

    def _icon(self, column: int, top: int, label: str, package: str, icon: str, colour: str) -> View:
        left = 60 + column * 250
        shown = _FR.get(label, label) if self._phone.language == "fr" else label
        return view(
            "TextView",
            (left, top, left + 230, top + 260),
            view("View", (left + 35, top, left + 195, top + 160), style=Style(fill=colour, radius=80)),
            view("View", (left + 75, top + 40, left + 155, top + 120), style=Style(icon=icon, size=80, color="#fff")),
            view("View", (left, top + 176, left + 230, top + 236), style=_label(shown)),
            text=shown,
            desc=shown,
            flags="CLf",
            action=Action("start", package),
        )


class Recents(App):
    """One card for each running app; a tap brings it back."""

    package = PACKAGE
    version = "13"
    activity = "com.android.quickstep.RecentsActivity"
    light_bars = True

    def __init__(self, phone: Phone, packages: tuple[str, ...]) -> None:
        self._phone = phone
        self._packages = packages

    @property
    def screen(self) -> tuple[str, str]:
        return "recents", ""

    def windows(self) -> list[Window]:
        frame = self._phone.frame
        cards = [
            view(
                "FrameLayout",
                (160, 240 + i * 420, 920, 620 + i * 420),
                desc=package,
                flags="Cf",
                action=Action("resume", package),
                style=Style(fill="#ffffff", radius=48, text=package, align="center", size=38),
            )
            for i, package in enumerate(self._packages[:4])
        ]
        root = view("FrameLayout", frame.whole, *cards, id="overview_panel", style=Style(artwork="wallpaper"))
        return [Window(package=PACKAGE, root=root)]


_GLANCE = Style(text="Tue, Nov 24", size=64, color="#ffffff")


def _label(text: str) -> Style:
    return Style(text=text, size=38, color="#ffffff", align="center")
