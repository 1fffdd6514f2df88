"""The apps of one phone: which are installed, which run, which one is on top, which one takes an intent."""

from phonesim.apps.app import App, Phone
from phonesim.apps.instagram import INSTAGRAM, Instagram
from phonesim.apps.launcher import Launcher, Recents
from phonesim.apps.system import Browser, Settings
from phonesim.apps.tiktok import TikTok
from phonesim.contract import ActivityNotFoundError, Intent

_SYSTEM_PACKAGES = (
    "android",
    "com.android.systemui",
    "com.android.shell",
    "com.android.inputmethod.latin",
    "com.android.providers.media",
    "com.android.providers.media.module",
)
_VIEW = "android.intent.action.VIEW"


class AppStack:
    """Not thread-safe: its display holds the lock."""

    def __init__(self, phone: Phone) -> None:
        self._phone = phone
        self.launcher = Launcher(phone)
        installed: tuple[App, ...] = (
            self.launcher,
            TikTok(phone.lent_to("tiktok")),
            Instagram(phone.lent_to("instagram")),
            Settings(phone),
            Browser(phone),
        )
        self._installed = {app.package: app for app in installed}
        self._running: list[App] = [self.launcher]

    @property
    def top(self) -> App:
        return self._running[-1]

    def settle(self) -> None:
        """Every app does what became due."""
        for app in self._installed.values():
            app.settle()

    def speak(self, language: str) -> None:
        for app in self._installed.values():
            app.speak(language)

    def show(self, app: App) -> None:
        self._running = [other for other in self._running if other is not app and not isinstance(other, Recents)]
        self._running.append(app)

    def show_package(self, package: str) -> None:
        self.show(self._installed[package])

    def show_home(self) -> None:
        self.show(self.launcher)

    def show_recents(self) -> None:
        cards = [app.package for app in reversed(self._running) if not isinstance(app, (Launcher, Recents))]
        self.show(Recents(self._phone, tuple(cards)))

    def start(self, intent: Intent) -> None:
        """Open and show what takes the intent; raises ActivityNotFoundError."""
        app = self._resolve(intent)
        app.open(intent)
        self.show(app)

    def stop(self, package: str) -> None:
        app = self._installed.get(package)
        if app is not None:
            app.stop()
            self._running = [other for other in self._running if other is not app] or [self.launcher]

    def set_clone(self, wanted: str) -> None:
        """The clone of Instagram of this package is installed, and no other; none at all if it is empty."""
        for package in [name for name, app in self._installed.items() if isinstance(app, Instagram)]:
            if package not in (INSTAGRAM, wanted):
                self._running = [app for app in self._running if app is not self._installed[package]]
                del self._installed[package]
        if wanted and wanted not in self._installed:
            self._installed[wanted] = Instagram(self._phone.lent_to("instagram"), package=wanted)

    def packages(self) -> list[str]:
        """Installed packages, system ones included."""
        return sorted((*_SYSTEM_PACKAGES, *self._installed))

    def version(self, package: str) -> str:
        """The version name; of system packages the Android version's, of unknown ones nothing."""
        app = self._installed.get(package)
        if app is not None:
            return app.version
        return "13" if package in _SYSTEM_PACKAGES else ""

    def _resolve(self, intent: Intent) -> App:
        package = intent.package or intent.component.partition("/")[0]
        if package:
            app = self._installed.get(package)
            if app is not None and app.opens(intent):
                return app
        elif intent.action == _VIEW:
            for app in self._installed.values():
                if app.opens(intent):
                    return app
        elif "android.intent.category.HOME" in intent.categories:
            return self.launcher
        raise ActivityNotFoundError(f"Error: Activity not started, unable to resolve {_described(intent)}")


def _described(intent: Intent) -> str:
    """The intent as `am` prints it."""
    parts = (("act", intent.action), ("dat", intent.data), ("pkg", intent.package), ("cmp", intent.component))
    return "Intent { " + " ".join(f"{name}={value}" for name, value in parts if value) + " flg=0x10000000 }"
