"""The rail of controls on a video, as recorded on 43.1.4: author with Follow badge, like, comments, share, sound.

And the author's name beside it.
"""

import msgspec

from phonesim.apps.tiktok.scene import Scene
from phonesim.ui.controls import RED, WHITE, heading, icon, text_button
from phonesim.ui.view import Action, Bounds, Style, View, view
from phonesim.world import Relation, User

_RAIL = 912


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """What stands under the controls."""

    likes: str
    comments: str
    saves: str
    shares: str


def rail(scene: Scene, author: User, bottom: int, *, counts: Counts | None = None) -> list[View]:
    """From the author's avatar down to the sound; the counts of another user's video are made up from its author's."""
    labels = scene.labels
    counts = counts or Counts(
        likes=labels.count(author.likes // 90 + 3),
        comments=labels.count(author.likes // 900 + 3),
        saves=labels.count(author.likes // 1200 + 3),
        shares=labels.count(author.likes // 2400 + 3),
    )
    likes, comments, saves, shares = counts.likes, counts.comments, counts.saves, counts.shares
    return [
        _author(scene, author, bottom - 1087),
        _like(scene, author, likes, bottom - 888),
        _counted(
            bottom - 730, "dtv", labels.filled("comments", comments), comments, "dp6", "comment", Action("comments")
        ),
        _counted(bottom - 572, "guh", labels["favorites"], saves, "gtv", "bookmark", Action("favorite", author.handle)),
        _counted(bottom - 414, "f57", labels.filled("share_video", shares), shares, "t_2", "share", Action("share")),
        _sound(scene, author, bottom - 256),
    ]


def author_name(box: Bounds, words: str, action: Action | None) -> View:
    """The name above a video's caption."""
    return text_button(box, words, id="title", size=44, bold=True, color=WHITE, action=action)


def _author(scene: Scene, author: User, top: int) -> View:
    """The avatar, and over its lower edge the badge whose description is "Follow NAME"."""
    open_profile = Action("profile", author.handle)
    box: Bounds = (911, top, 1080, top + 199)
    picture = view(
        "ImageView",
        (942, top + 39, 1059, top + 156),
        id="yx4",
        desc=scene.labels.filled("profile_of", author.name),
        flags="Cf",
        action=open_profile,
        style=Style(avatar=author.handle, outline=WHITE, radius=58),
    )
    parts = [view("FrameLayout", (929, top + 26, 1072, top + 169), picture, id="han", flags="Cf", action=open_profile)]
    others = author.handle != scene.world.active
    if others and scene.relation(author.handle) in (Relation.NONE, Relation.FOLLOWED_BY):
        badge = (964, top + 121, 1037, top + 184)
        part = view("View", (969, top + 121, 1032, top + 184), style=Style(fill=RED, radius=32))
        plus = view(
            "ImageView", badge, part, view("View", badge, style=Style(icon="plus", size=42, color=WHITE)), id="hia"
        )
        parts.append(
            view(
                "Button",
                (921, top + 110, 1080, top + 199),
                plus,
                id="hi1",
                desc=scene.labels.filled("follow_name", author.name),
                flags="Cf",
                action=Action("follow", author.handle),
            )
        )
    body = view("RelativeLayout", box, *parts, id="b4k", flags="Cf", action=open_profile)
    inner = view("RelativeLayout", box, body, id="gvo", flags="Cf", action=open_profile)
    return view("FrameLayout", box, view("FrameLayout", box, inner, flags="Cf"), id="e0d", flags="Cf")


def _like(scene: Scene, author: User, count: str, top: int) -> View:
    tap = Action("like", author.handle)
    box: Bounds = (_RAIL, top, 1080, top + 158)
    heart = icon((942, top, 1060, top + 117), "heart", id="f4u", desc=scene.labels["like"], size=96, color=WHITE)
    area: Bounds = (_RAIL, top + 112, 1080, top + 146)
    label = text_button(area, count, id="f4z", flags="CL", size=32, bold=True, color=WHITE, align="center", action=tap)
    inner = view("FrameLayout", (_RAIL, top, 1080, top + 117), heart, id="f4y", flags="CL", action=tap)
    body = view("RelativeLayout", (_RAIL, top + 112, 1080, top + 146), label, id="f50")
    button = view(
        "Button", box, inner, body, id="f57", desc=scene.labels.filled("like_video", count), flags="CfL", action=tap
    )
    return view("FrameLayout", box, button, id="e0d", flags="CfL", action=tap)


def _counted(top: int, id_: str, desc: str, count: str, count_id: str, picture: str, tap: Action) -> View:
    """A control of the rail: f57, the id of Like, serves Share too. The favourites' button is not clickable itself."""
    favorites = id_ == "guh"
    box: Bounds = (_RAIL, top, 1080, top + 158)
    area: Bounds = (_RAIL, top + 112, 1080, top + 146)
    button = view(
        "Button",
        box,
        view(
            "FrameLayout",
            (_RAIL, top, 1080, top + 112),
            icon((952, top + 8, 1050, top + 106), picture, size=88, color=WHITE),
        ),
        heading(area, count, cls="TextView" if favorites else "Button", id=count_id, size=32, color=WHITE),
        id=id_,
        desc=desc,
        flags="" if favorites else "Cf",
        action=tap,
    )
    inner = view("FrameLayout", box, button, id="gug", flags="Cf", action=tap) if favorites else button
    return view("FrameLayout", box, inner, id="e0d", flags="Cf", action=tap)


def _sound(scene: Scene, author: User, top: int) -> View:
    disc = view("ImageView", (951, top + 26, 1059, top + 131), id="nfk", style=Style(avatar=f"{author.handle}♪"))
    box: Bounds = (_RAIL, top, 1080, top + 163)
    inner = view("FrameLayout", (_RAIL, top + 26, 1080, top + 131), disc, id="nhp", flags="Cf")
    button = view("Button", box, inner, id="nhe", desc=scene.labels.filled("sound", author.handle), flags="C")
    return view("FrameLayout", (_RAIL, top, 1080, top + 163), button, id="e0d", flags="Cf")
