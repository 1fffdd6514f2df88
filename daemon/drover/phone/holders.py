"""Which tool holds the phone's only UI automation connection, by the processes it is known to run."""

from typing import Final

from drover.phone.adb import Adb

HOLDERS: Final = {
    "com.wetest.uia2.Main": "uiautomator2's server",
    "com.github.uiautomator": "uiautomator2's server",
    "io.appium.uiautomator2": "Appium's UiAutomator2 server",
    "uiautomator runtest": "a uiautomator test",
    "uiautomator dump": "another `uiautomator dump`",
    "am instrument": "an instrumented test",
}
"""What `ps` shows of a command, and its name for people."""


def holder(adb: Adb, *, timeout_s: float) -> str:
    """A name to put into a message; "another tool" when none of the known ones runs."""
    processes = adb.shell(["ps", "-A", "-o", "ARGS"], timeout_s=timeout_s).text
    return next((name for command, name in HOLDERS.items() if command in processes), "another tool")
