"""A post of our own in full: on the Friends tab right after it was published, as recorded, and from its tile."""

from phonesim.apps.posting.pictures import picture_of_posted
from phonesim.apps.tiktok.bottom_nav import HEIGHT, bottom_nav
from phonesim.apps.tiktok.posting.prompts import progress
from phonesim.apps.tiktok.rail import Counts, author_name, rail
from phonesim.apps.tiktok.scene import Scene, notice, shell
from phonesim.posts import Post
from phonesim.ui.controls import BACK, WHITE, heading, icon, text
from phonesim.ui.view import Action, Bounds, View, view
from phonesim.world import user

_NOTHING = Counts(likes="0", comments="0", saves="0", shares="")


def friends(scene: Scene) -> View:
    """The Friends tab: our newest post if there is one, and what is being uploaded."""
    posts = scene.world.posts_of(scene.world.active, placement="feed")
    nav = bottom_nav(scene, "friends_tab", dark=bool(posts))
    if not posts:
        words = notice(scene.frame, 700, scene.labels["friends_tab"], scene.labels["friends_empty"], "friends")
        return shell(scene.frame, words, *progress(scene), nav)
    parts = [*_post(scene, posts[0]), _friends_bar(scene), *progress(scene), nav]
    return shell(scene.frame, view("FrameLayout", (0, 0, 1080, scene.frame.bottom), *parts, id="v5b"), fill="#000000")


def own_post(scene: Scene) -> View:
    """One of our posts, opened from its tile; `page.target` is its number, newest first."""
    posts = scene.world.posts_of(scene.world.active, placement="feed")
    number = int(scene.page.target)
    back = icon((32, 120, 137, 225), "back", desc=scene.labels["back"], flags="Cf", color=WHITE, action=BACK)
    parts = [*(_post(scene, posts[number]) if number < len(posts) else []), back]
    return shell(scene.frame, view("FrameLayout", (0, 0, 1080, scene.frame.bottom), *parts, id="v5b"), fill="#000000")


def _post(scene: Scene, post: Post) -> list[View]:
    bottom = scene.frame.bottom - HEIGHT
    video: Bounds = (0, 0, 1080, bottom)
    author = user(post.account)
    surface = view("ImageView", video, style=picture_of_posted(post.files[0]) if post.files else None)
    press = view("View", video, id="long_press_layout", desc=scene.labels["video"], flags="Cf", action=Action("pause"))
    controls = rail(scene, author, bottom, counts=_NOTHING) if author is not None else []
    return [
        view("FrameLayout", video, surface, id="player_view"),
        press,
        view("LinearLayout", (0, bottom - 1087, 1080, bottom - 93), *controls, id="jwv"),
        _caption(scene, post, bottom),
    ]


def _caption(scene: Scene, post: Post, bottom: int) -> View:
    """The account, how long ago, the title if it has one, and the caption."""
    top = bottom - 330
    parts = [
        author_name((32, top, 426, top + 58), post.account, None),
        text((436, top + 5, 700, top + 55), _ago(scene, post), id="xyx", size=36, color=WHITE),
    ]
    for number, words in enumerate(words for words in (post.title, post.caption) if words):
        y = top + 79 + number * 60
        parts.append(text((32, y, 870, y + 55), words, id="title", flags="Cf", size=40, color=WHITE))
    return view("FrameLayout", (0, top, 1080, bottom), *parts, id="b8d")


def _ago(scene: Scene, post: Post) -> str:
    """How long ago it was published, in seconds and then in minutes."""
    seconds = int(scene.phone.clock() - post.at)
    step, key = (1, "seconds_ago") if seconds < 60 else (60, "minutes_ago")
    count = seconds // step
    scene.phone.before(post.at + (count + 1) * step)
    if seconds < 60 and scene.phone.faults.active("vague_ages"):
        return scene.labels["just_now"]
    return scene.labels.counted(key, count)


def _friends_bar(scene: Scene) -> View:
    """The bar above the video: Friends, and the search."""
    word = scene.nav["friends_tab"]
    box: Bounds = (0, 139, 1080, 286)
    label = heading((459, 183, 646, 241), word, id="v6q", size=42, color=WHITE)
    named = view("LinearLayout", (459, 140, 646, 284), label, desc=word)
    glass = icon((933, 139, 1080, 286), "search", id="krz", desc=scene.nav["search"], flags="Cf", color=WHITE)
    return view("FrameLayout", box, named, glass, id="s00")
