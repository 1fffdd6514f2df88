"""Settings and a browser, no more than needed to be opened by mistake and left again."""

from phonesim.apps.app import App, Phone
from phonesim.contract import Intent
from phonesim.ui.view import Style, Window, view

_WEB = ("http://", "https://")
_SETTINGS = {
    "en": ("Settings", ("Network & internet", "Connected devices", "Apps", "Notifications", "Battery", "About phone")),
    "fr": (
        "Paramètres",
        ("Réseau et Internet", "Appareils connectés", "Applis", "Notifications", "Batterie", "À propos du téléphone"),
    ),
}


class Settings(App):
    """The first page of the settings; its rows lead nowhere."""

    package = "com.android.settings"
    version = "13"
    activity = "com.android.settings.Settings"

    def __init__(self, phone: Phone) -> None:
        self._phone = phone

    @property
    def screen(self) -> tuple[str, str]:
        return "settings", ""

    def opens(self, intent: Intent) -> bool:
        return super().opens(intent) or intent.action.startswith("android.settings.")

    def windows(self) -> list[Window]:
        frame = self._phone.frame
        title, rows = _SETTINGS.get(self._phone.language, _SETTINGS["en"])
        items = [
            view(
                "LinearLayout",
                (0, 380 + i * 170, 1080, 550 + i * 170),
                view(
                    "TextView",
                    (160, 420 + i * 170, 1000, 510 + i * 170),
                    id="android:id/title",
                    text=row,
                    style=Style(size=48, color="#202124"),
                ),
                view("View", (60, 440 + i * 170, 110, 490 + i * 170), style=Style(fill="#1a73e8", radius=25)),
                flags="Cf",
            )
            for i, row in enumerate(rows)
        ]
        header = view("TextView", (60, 180, 1000, 320), id="title", text=title, style=Style(size=88, color="#202124"))
        root = view("FrameLayout", frame.whole, header, *items, style=Style(fill="#f8f9fa"))
        return [Window(package=self.package, root=root)]


class Browser(App):
    """Shows which address it was given; takes the links that no other app takes."""

    package = "com.android.chrome"
    version = "120.0.6099.144"
    activity = "org.chromium.chrome.browser.ChromeTabbedActivity"

    def __init__(self, phone: Phone) -> None:
        self._phone = phone
        self._address = ""

    @property
    def screen(self) -> tuple[str, str]:
        return "browser", self._address

    def opens(self, intent: Intent) -> bool:
        return super().opens(intent) or intent.data.startswith(_WEB)

    def open(self, intent: Intent) -> None:
        self._address = intent.data or self._address

    def stop(self) -> None:
        self._address = ""

    def windows(self) -> list[Window]:
        frame = self._phone.frame
        shown = self._address.removeprefix("https://") or "Search or type web address"
        style = Style(fill="#f1f3f4", radius=50, size=40, inset=40, color="#3c4043")
        bar = view("EditText", (60, 110, 1020, 210), id="url_bar", text=shown, flags="Cf", style=style)
        page = view("android.webkit.WebView", (0, 230, 1080, frame.bottom), desc="Web View", flags="fs")
        globe = view("View", (440, 700, 640, 900), style=Style(icon="globe", size=180, color="#dadce0"))
        root = view("FrameLayout", frame.whole, bar, page, globe, style=Style(fill="#ffffff"))
        return [Window(package=self.package, root=root)]
