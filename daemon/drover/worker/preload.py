"""What every worker needs, loaded once in the zygote and shared by all of them: modules, lexicons, plugins."""

import contextlib
from typing import Literal

from drover import apps, logs
from drover.phone import server
from drover.phone.engine import PhoneError
from drover.wire.custom import PluginSheet
from drover.worker import plugins


def everything(log_level: str, log_format: Literal["text", "json"]) -> list[PluginSheet]:
    """Load it; the sheets of the plugins that there are."""
    logs.configure(log_level, log_format)
    # Names of hosts are encoded so, its tables come with the first one, and were a megabyte in each worker.
    _ = "localhost".encode("idna")
    with contextlib.suppress(PhoneError):  # whoever needs it says so
        server.jar()
    for platform in (*apps.PLATFORMS, "android"):
        _ = apps.load(platform).lexicon
    return plugins.load()
