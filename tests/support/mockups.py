"""Whole screens of the apps written by hand, as `uiautomator dump` would give them; for what no one recorded.

Coordinates are those of a phone with 1080x2400 pixels; `scale` and `mirror` make other screens of the same tree.
"""

import re
from collections.abc import Sequence

from tests.support.trees import Box, box, button, label, node, tree

WIDTH, HEIGHT = 1080, 2400
STATS = ("Following", "Followers", "Likes")
_BOUNDS = re.compile(r"\[(-?\d+),(-?\d+)\]\[(-?\d+),(-?\d+)\]")
_BUTTON = "android.widget.Button"


def icon(desc: str, bounds: Box, *, id: str = "") -> str:
    """A picture that can be tapped."""
    return node(bounds, desc=desc, cls="android.widget.ImageView", clickable=True, id=id)


def listing(bounds: Box, *rows: str) -> str:
    return node(bounds, *rows, cls="androidx.recyclerview.widget.RecyclerView", scrollable=True)


# --- TikTok ------------------------------------------------------------------------------------------------------


def spread(words: Sequence[str], top: int, height: int = 105) -> list[Box]:
    """Equal places side by side for so many buttons."""
    wide = 996 // len(words)
    return [(42 + i * wide, top, 42 + (i + 1) * wide - 21, top + height) for i in range(len(words))]


def actions(*words: str, top: int = 900, extra: str = "") -> str:
    """The row of actions: labels four levels below their clickable box, as recorded in 47.0.3."""
    made = [
        node(
            place,
            box(place, box(place, box(place, label(word, place)))),
            cls="android.widget.LinearLayout",
            clickable=True,
        )
        for word, place in zip(words, spread(words, top), strict=True)
    ]
    return box((42, top, 1038, top + 105), *made, extra)


def stats(words: Sequence[str] = STATS, counts: Sequence[str] = ("1386", "48", "70,1K"), top: int = 710) -> str:
    cells = [
        box(
            (72 + 312 * i, top, 384 + 312 * i, top + 137),
            label(count, (72 + 312 * i, top, 384 + 312 * i, top + 74)),
            label(word, (72 + 312 * i, top + 83, 384 + 312 * i, top + 137)),
            clickable=True,
        )
        for i, (count, word) in enumerate(zip(counts, words, strict=True))
    ]
    return box((54, top, 1026, top + 137), *cells)


def tt_bar(back: str = "Back to previous screen", title: str = "Anna Lunisova") -> str:
    return box(
        (0, 81, 1080, 256),
        node((27, 101, 162, 236), desc=back, cls=_BUTTON, clickable=True),
        label(title, (348, 132, 729, 207)),
        node((783, 101, 918, 236), cls=_BUTTON, clickable=True),
        node((918, 101, 1053, 236), cls=_BUTTON, clickable=True),
    )


def tt_profile(
    row: str,
    *more: str,
    words: Sequence[str] = STATS,
    back: str = "Back to previous screen",
    handle: str = "@anna.b",
    below: str | None = None,
) -> str:
    """Another user's profile: avatar, handle, statistics, `row`, biography, tabs of the grid."""
    header = box(
        (0, 256, 1080, 1300),
        icon("", (370, 256, 710, 590)),
        label(handle, (353, 600, 724, 670), clickable=True),
        stats(words),
        row,
        label("zelo timu kabu\nrefi dona", (60, 1030, 1020, 1110)) if below is None else below,
    )
    tabs = box(
        (0, 1300, 1080, 1410),
        *(
            icon(word, (360 * i, 1300, 360 * (i + 1), 1410))
            for i, word in enumerate(("Videos", "Reposted videos", "Liked videos"))
        ),
    )
    grid = listing(
        (0, 1410, 1080, 2400),
        *(
            box(
                (360 * i, 1410, 360 * i + 358, 1890),
                label(plays, (390 + 360 * (i - 1), 1830, 500 + 360 * (i - 1), 1880)),
                clickable=True,
            )
            for i, plays in enumerate(("1.2M", "345", "17,8K"))
        ),
    )
    return tree(tt_bar(back), header, tabs, grid, *more)


def user_row(
    top: int, word: str, *, name: str = "Somebody Else", under: str = "somebody", height: int = 190, more: str = ""
) -> str:
    """A row of a list of users: picture, two lines, a button."""
    middle = top + height // 2
    return box(
        (0, top, 1080, top + height),
        icon("", (42, middle - 70, 182, middle + 70)),
        label(name, (216, middle - 66, 700, middle - 8)),
        label(under, (216, middle + 8, 700, middle + 60)),
        button(word, (760, middle - 42, 1000, middle + 42)),
        more,
        clickable=True,
    )


def user_list(title: str, *words: str, tabs: Sequence[str] = (), back: str = "Back") -> str:
    """A full page with a title, tabs and rows of users: followers, suggested accounts, new followers."""
    wide = 1080 // max(len(tabs), 1)
    strip = [label(word, (wide * i, 250, wide * (i + 1), 370), clickable=True) for i, word in enumerate(tabs)]
    rows = [user_row(400 + 190 * i, word) for i, word in enumerate(words)]
    return tree(
        icon(back, (20, 100, 160, 240)),
        label(title, (300, 100, 780, 240)),
        *strip,
        listing((0, 400, 1080, 2300), *rows),
    )


def cards(word: str, top: int = 1190, title: str = "Suggested accounts") -> str:
    """Suggested accounts, opened below the actions."""
    made = [
        box(
            (40 + i * 345, top + 80, 365 + i * 345, top + 480),
            icon("", (90 + i * 345, top + 100, 300 + i * 345, top + 300)),
            label("Somebody", (50 + i * 345, top + 310, 355 + i * 345, top + 360)),
            button(word, (60 + i * 345, top + 380, 345 + i * 345, top + 460)),
            icon("Remove", (320 + i * 345, top + 90, 360 + i * 345, top + 130)),
            clickable=True,
        )
        for i in range(3)
    ]
    return box(
        (0, top, 1080, top + 490),
        label(title, (40, top, 500, top + 60)),
        listing((0, top + 80, 1080, top + 490), *made),
    )


def tt_tabs(words: Sequence[str] = ("Home", "Friends", "", "Inbox", "Profile"), chosen: int = 0) -> str:
    return box(
        (0, 2208, 1080, 2340),
        *(
            node(
                (216 * i, 2208, 216 * (i + 1), 2340),
                label(word, (216 * i, 2290, 216 * (i + 1), 2330)),
                desc=word or "Create",
                clickable=True,
                selected=i == chosen,
            )
            for i, word in enumerate(words)
        ),
    )


# --- Instagram ---------------------------------------------------------------------------------------------------

IG = "com.instagram.android"


def as_instagram(xml: str) -> str:
    return xml.replace("com.zhiliaoapp.musically", IG)


def ig_bar(title: str, back: str = "Back", *, id: str = "action_bar_title") -> str:
    return box(
        (0, 80, 1080, 230),
        icon(back, (0, 80, 150, 230)),
        label(title, (190, 80, 700, 230), id=id),
        icon("Options", (940, 80, 1080, 230)),
    )


def ig_stats(words: Sequence[str] = ("posts", "followers", "following"), top: int = 330) -> str:
    cells = [
        node(
            (330 + 240 * i, top, 570 + 240 * i, top + 130),
            label(count, (330 + 240 * i, top + 10, 420 + 240 * i, top + 65)),
            label(word, (330 + 240 * i, top + 67, 560 + 240 * i, top + 120)),
            desc=f"{count}{word}",
            clickable=True,
        )
        for i, (count, word) in enumerate(zip(("9", "1,234", "310"), words, strict=True))
    ]
    return box((330, top, 1050, top + 130), *cells)


def ig_actions(*words: str, top: int = 640, ids: Sequence[str] = ()) -> str:
    known = dict(enumerate(ids))
    made = [
        node(place, text=word, desc=word, cls=_BUTTON, clickable=True, id=known.get(i, ""))
        for i, (word, place) in enumerate(zip(words, spread(words, top, 88), strict=True))
    ]
    return box((42, top, 1038, top + 88), *made)


def ig_profile(
    row: str,
    *more: str,
    words: Sequence[str] = ("posts", "followers", "following"),
    back: str = "Back",
    handle: str = "anna.b",
    grid: bool = True,
) -> str:
    header = box(
        (0, 230, 1080, 740),
        node(
            (40, 300, 290, 550),
            desc="Profile picture",
            cls="android.widget.ImageView",
            clickable=True,
            id="row_profile_header_imageview",
        ),
        ig_stats(words),
        label("Anna Lunisova", (40, 560, 500, 610), id="profile_header_full_name"),
        row,
    )
    photos = [
        node(
            (360 * i, 900, 360 * i + 358, 1380),
            desc=f"Photo by Anna at Row 1, Column {i + 1}",
            cls=_BUTTON,
            clickable=True,
        )
        for i in range(3)
    ]
    return as_instagram(
        tree(ig_bar(handle, back), header, *more, listing((0, 900, 1080, 2200), *(photos if grid else ())), ig_tabs())
    )


def ig_tabs(chosen: int = 0) -> str:
    words = ("Home", "Reels", "Message", "Search and explore", "Profile")
    ids = ("feed_tab", "clips_tab", "direct_tab", "search_tab", "profile_tab")
    return box(
        (0, 2230, 1080, 2380),
        *(
            node((216 * i, 2230, 216 * (i + 1), 2380), desc=word, id=id, clickable=True, selected=i == chosen)
            for i, (word, id) in enumerate(zip(words, ids, strict=True))
        ),
    )


# --- other screens of the same tree --------------------------------------------------------------------------------


def moved(xml: str, right: float = 1.0, down: float = 1.0, *, by: int = 0, mirrored: int = 0) -> str:
    """Every place scaled, shifted to the right, or mirrored on a screen of that width, as right-to-left is."""

    def change(match: re.Match[str]) -> str:
        left, top, far, bottom = (int(part) for part in match.groups())
        left, far = int(left * right) + by, int(far * right) + by
        if mirrored:
            left, far = mirrored - far, mirrored - left
        return f"[{left},{int(top * down)}][{far},{int(bottom * down)}]"

    return _BOUNDS.sub(change, xml)
