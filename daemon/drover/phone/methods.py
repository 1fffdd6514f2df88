"""Which methods of UIAutomator2's JSON-RPC only look: after one of these nothing is in doubt. Data only."""

from typing import Final

READS: Final = frozenset(
    {
        "childByDescription",
        "childByInstance",
        "childByText",
        "count",
        "deviceInfo",
        "dumpWindowHierarchy",
        "exist",
        "getChild",
        "getClipboard",
        "getConfigurator",
        "getFromParent",
        "getLastToast",
        "getLastTraversedText",
        "getText",
        "getUiObject",
        "isScreenOn",
        "objInfo",
        "objInfoOfAllInstances",
        "ping",
        "takeScreenshot",
        "toast",
        "waitForExists",
        "waitForIdle",
        "waitForWindowUpdate",
        "waitUntilGone",
    }
)

CHANGES_SETTINGS: Final = frozenset(
    {"setConfigurator", "setAccessibilityServiceFlags", "freezeRotation", "setOrientation"}
)
"""After these the automation server is not as tasks expect it; what it set ends with it."""
