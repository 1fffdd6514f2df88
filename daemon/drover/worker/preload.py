"""What every worker needs, loaded once in the zygote and shared by all of them: modules, lexicons, plugins."""

import contextlib
from typing import Final, Literal

from drover import apps, logs
from drover.phone import server
from drover.phone.engine import PhoneError
from drover.phone.hierarchy import parse
from drover.phone.hit_test import landing
from drover.wire.custom import PluginSheet
from drover.worker import plugins

_SCREEN: Final = (
    '<hierarchy><node package="{package}" class="android.widget.FrameLayout" bounds="[0,0][1080,2400]">'
    '<node package="{package}" class="android.widget.LinearLayout" bounds="[0,1200][1080,1400]" clickable="true">'
    '<node package="{package}" class="android.widget.TextView" text="1" bounds="[100,1240][200,1360]"/>'
    "</node></node></hierarchy>"
)
"""A page that no app has: every rule is asked about it, and none of them fits."""


def everything(log_level: str, log_format: Literal["text", "json"]) -> list[PluginSheet]:
    """Load it; the sheets of the plugins that there are."""
    logs.configure(log_level, log_format)
    # Names of hosts are encoded so, its tables come with the first one, and were a megabyte in each worker.
    _ = "localhost".encode("idna")
    with contextlib.suppress(PhoneError):  # whoever needs it says so
        server.jar()
    for platform in apps.PLATFORMS:
        _recognise_once(platform)
    return plugins.load()


def _recognise_once(platform: str) -> None:
    """Have a screen read as a task does: what is made when it is first asked for is then made here, for all workers."""
    app = apps.load(platform)
    tree = parse(_SCREEN.format(package=app.packages[0]))
    apps.recognise(app, tree)
    for node in tree.nodes:
        landing(node)
