"""Opens what the own profile shows only in part: its newest post, its stories. Looking causes no effect."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from drover.apps import Screen, composer, opened_post, same_handle
from drover.apps.direction import right_to_left
from drover.apps.opened_post import Opened
from drover.apps.view import View
from drover.phone.hierarchy import Hierarchy, Node
from drover.scripts.navigation import Navigator, Sight
from drover.scripts.publishing.new_post import Made
from drover.scripts.sights import agreed

OPEN_S: Final = 6.0
"""How long a post or a story may take to open."""
_MOST_STORIES: Final = 40
_POSTS: Final = (Screen.REELS_VIEWER, Screen.POSTS)


def newest(nav: Navigator, tile: Node) -> tuple[Opened, Hierarchy] | None:
    """The post of this tile, read in full, and what showed it; the profile is left behind."""
    nav.tap(tile)
    return _steady(nav, opened_post.post, _POSTS, "the newest post in full")


@dataclass(frozen=True, kw_only=True)
class Look:
    """What opening something showed: `proof` proves the post; `vague` says that a later look may; `aged` that each

    said its age in numbers.
    """

    proof: Hierarchy | None = None
    vague: bool = False
    aged: bool = False


def look_at_newest(nav: Navigator, tile: Node, before: Opened | None, made: Made) -> Look:
    """Whether the newest post of the profile is ours, by its age or by words that the newest before did not have."""
    found = newest(nav, tile)
    if found is None:
        return Look()
    post, tree = found
    fresh = opened_post.made_since(post, made.words, made.author, made.since(nav.now()))
    new = fresh or opened_post.is_new(before, post, made.words, made.author)
    return Look(proof=tree if new else None, vague=_vague(post))


def look_at_stories(nav: Navigator, profile: Hierarchy, made: Made) -> Look:
    """Whether a story of this account can only have been made since.

    They come the oldest first: a touch on the right goes on, and after the last one the viewer closes.
    """
    picture = composer.story_opener(View(nav.app, profile))
    if picture is None:
        return Look()
    nav.tap(picture)
    vague, ages = False, list[bool]()
    for _ in range(_MOST_STORIES):
        found = _steady(nav, opened_post.story, (Screen.STORY_VIEWER,), "the account's story")
        if found is None:
            break
        story, tree = found
        if not same_handle(story.author, made.author):
            break
        if opened_post.made_since(story, "", made.author, made.since(nav.now())):
            return Look(proof=tree)
        vague = vague or _vague(story)
        ages.append(any(not age.vague for age in story.ages))
        nav.tap_page(tree, 0.15 if right_to_left(View(nav.app, tree)) else 0.85, 0.5)
    if nav.look().seen.screen is Screen.STORY_VIEWER:
        nav.phone.back()
    return Look(vague=vague, aged=bool(ages) and all(ages))


def _vague(seen: Opened) -> bool:
    return any(age.vague for age in seen.ages)


def _steady(
    nav: Navigator, read: Callable[[View], Opened | None], screens: tuple[Screen, ...], what: str
) -> tuple[Opened, Hierarchy] | None:
    """What two looks in a row agree upon, with the tree of the second."""

    def opened(sight: Sight) -> tuple[Opened, Hierarchy] | None:
        now = read(View(nav.app, sight.tree)) if sight.seen.screen in screens else None
        return None if now is None else (now, sight.tree)

    steady = agreed(opened, _alike)
    return nav.find(steady, what=what, timeout_s=OPEN_S)


def _alike(one: tuple[Opened, Hierarchy], other: tuple[Opened, Hierarchy]) -> bool:
    return (one[0].author, one[0].words) == (other[0].author, other[0].words)
