"""Whether a screen is Android's lock screen and nothing else. Pure; its look does not say what it asks for."""

import re
from typing import Final

from drover.phone.hierarchy import Hierarchy

PACKAGE: Final = "com.android.systemui"
_IDS: Final = re.compile(r"com\.android\.systemui:id/(?:keyguard_|lock_icon|lockscreen_|bouncer_)")
"""Parts of the lock screen that stand nowhere else in SystemUI; those of Android 8 to 15 and of makers' own."""


def shown(tree: Hierarchy) -> bool:
    """Whether the lock screen is all that is seen: windows of apps behind it are not in a dump."""
    if not tree.nodes or tree.nodes[0].package != PACKAGE:
        return False
    return any(_IDS.match(node.resource_id) for node in tree.nodes) and all(
        node.package in (PACKAGE, "") for node in tree.nodes
    )
