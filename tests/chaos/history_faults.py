"""The faults of a history: every one that simulated phones and apps know, but for those of `WITHOUT`."""

from collections.abc import Mapping
from typing import Any, Final

_CRASHES: Final = ({"after": "click"}, {"after": "click", "answer": "502"}, {"after": "click", "answer": "dead_object"})

FAULTS: Final[tuple[tuple[str, Mapping[str, Any]], ...]] = (
    # Publishing, the most by far: what an earlier post leaves behind is what this is about.
    *(("upload_failure", {}) for _ in range(4)),
    *(("upload_lost", {}) for _ in range(2)),
    *(("upload_slow", {"seconds": seconds}) for seconds in (3, 8, 25)),
    ("upload_stuck", {}),
    ("upload_recovers", {"seconds": 3}),
    ("upload_waits", {}),
    ("uploads_survive", {}),
    ("uploads_shown_late", {"seconds": 1}),
    ("upload_needs_files", {}),
    ("post_ignored", {}),
    ("post_limit", {}),
    ("publish_confirm", {}),
    ("post_prompts", {}),
    ("share_opens_reels", {}),
    ("share_lands_on", {"page": "form"}),
    ("share_lists_refused", {}),
    ("suggestions_cover_post", {}),
    ("no_create_button", {}),
    ("creation_tab", {}),
    ("many_posts", {}),
    ("vague_ages", {}),
    # Following.
    ("follow_ignored", {}),
    ("follow_late", {"seconds": 4}),
    ("follow_limit", {"as": "dialog"}),
    ("follow_limit", {"as": "toast"}),
    ("wrong_profile", {"target": "somebody.else"}),
    # Whatever is done.
    *(("popup", {"kind": kind, "after": 1, "repeat": 2}) for kind in ("not_now", "notification", "update", "sticker")),
    ("unknown_popup", {"after": 2}),
    *(("captcha", {"when": when}) for when in ("now", "follow", "post")),
    *(("login_wall", {"when": when}) for when in ("now", "post")),
    ("banned", {"when": "now"}),
    ("verification", {"when": "post", "app": "instagram"}),
    ("challenge_loading", {"seconds": 5}),
    ("slow_screens", {"seconds": 1}),
    ("moving", {"seconds": 8}),
    ("mixed_language", {}),
    ("comments_open", {}),
    # The phone.
    ("latency", {"ms": 60}),
    ("offline", {"seconds": 2}),
    ("unplug", {"seconds": 2}),
    ("unplug", {"after": "click", "seconds": 3}),
    ("unauthorized", {"seconds": 3}),
    ("reboot", {}),
    ("reboot", {"after": "click"}),
    *(("server_crash", crash) for crash in _CRASHES),
    *(("hang", {"command": "click", "when": when, "seconds": 6}) for when in ("before", "after")),
    ("hang", {"command": "dumpWindowHierarchy", "when": "before", "seconds": 6}),
    ("late_media", {"delay_seconds": 3}),
    ("lost_media", {}),
    ("screen_off", {}),
    ("locked", {}),
    ("locked", {"after": "click"}),
    ("swipe_lock", {}),
    ("before_first_unlock", {}),
    ("input_forbidden", {}),
    ("input_forbidden", {"after": "click"}),
    ("storage_full", {}),
    ("no_keyboard", {}),
    ("stderr_noise", {}),
    ("low_battery", {}),
)
"""Name and parameters; one that stands several times comes more often."""

WITHOUT: Final[Mapping[str, str]] = {
    "clone": "another package than the one that the tasks are for",
    "idle_error": "of the plain engine, which the phones of a history do not need",
    **dict.fromkeys(
        ("sound_results", "sounds_late", "sound_lost", "sound_gone", "sound_suggested", "no_sound_tool"),
        "no task of a history asks for a sound",
    ),
    **dict.fromkeys(("no_products", "products_late", "product_unnamed"), "no task of a history asks for a product"),
}
"""Faults that cannot matter here, each with why."""
