"""The active account's own profile: its name opens the account switcher."""

from functools import partial

from phonesim.apps.posting.pictures import picture_of_posted
from phonesim.apps.posting.state import Upload
from phonesim.apps.tiktok.bottom_nav import bottom_nav
from phonesim.apps.tiktok.posting.prompts import failure
from phonesim.apps.tiktok.profile import MakeTile, statistics, tiles
from phonesim.apps.tiktok.scene import Scene, shell
from phonesim.posts import Post
from phonesim.ui.controls import DIM, GREY, INK, WHITE, heading, icon, icon_button, text, text_button
from phonesim.ui.view import Action, Bounds, Style, View, view
from phonesim.world import user

_TABS = (("videos_tab", "grid"), ("private_tab", "lock"), ("favorites_tab", "bookmark"), ("liked_tab", "heart"))


def own_profile(scene: Scene) -> View:
    """Title bar with the account's name, @handle and Edit, statistics, tabs, and the navigation."""
    account = scene.world.active
    inner = (0, 0, 1080, scene.frame.bottom)
    parts = [
        _title_bar(scene, account),
        view("ImageView", (428, 250, 652, 474), id="user_avatar", style=Style(avatar=account)),
        *_identity(scene, account),
        _statistics(scene, account),
        _studio(scene),
        _tabs(scene),
        tiles(scene, account, 912, first=_own_tiles(scene)),
    ]
    column = view("LinearLayout", inner, *parts, id="joq")
    return shell(
        scene.frame,
        view("FrameLayout", inner, column, *failure(scene), bottom_nav(scene, "profile", dark=False), id="s8e"),
    )


def _own_tiles(scene: Scene) -> list[MakeTile]:
    """The tile of the drafts, what is being uploaded, and what was published, newest first."""
    account = scene.world.active
    made: list[MakeTile] = []
    drafts = scene.world.drafts_of(account)
    if drafts:
        words = scene.labels.filled("drafts_count", str(len(drafts)))
        made.append(lambda box: _post_tile(scene, drafts[0], box, words, Action("open_drafts")))
    running = (upload for upload in scene.uploads if not upload.failed and upload.post.account == account)
    made += [partial(_running, scene, upload) for upload in running]
    for number, post in enumerate(scene.world.posts_of(account, placement="feed")):
        made.append(partial(_published, scene, post, number))
    return made


def _running(scene: Scene, upload: Upload, box: Bounds) -> View:
    return _post_tile(scene, upload.post, box, scene.labels.number(f"{upload.percent(scene.phone.clock())}%"), None)


def _published(scene: Scene, post: Post, number: int, box: Bounds) -> View:
    return _post_tile(scene, post, box, scene.labels.number(0), Action("own_post", str(number)))


def _post_tile(scene: Scene, post: Post, box: Bounds, words: str, action: Action | None) -> View:
    """A cell of the grid: the first file's picture with words at its lower edge; carousels and videos have a mark."""
    low: Bounds = (box[0] + 16, box[3] - 64, box[2] - 16, box[3] - 14)
    label = text(low, words, id="view_count", size=32, bold=True, color=WHITE)
    corner: Bounds = (box[2] - 70, box[1] + 14, box[2] - 14, box[1] + 70)
    mark = icon(corner, "play" if post.kind == "video" else "grid", size=48, color=WHITE)
    cover = view("ImageView", box, id="cover", style=picture_of_posted(post.files[0]) if post.files else None)
    return view("FrameLayout", box, cover, mark, label, flags="Cf", action=action)


def _title_bar(scene: Scene, account: str) -> View:
    box = (280, 101, 800, 226)
    label = heading((300, 131, 740, 196), account, id="nfy", size=46)
    name = view(
        "LinearLayout", box, label, icon((744, 143, 784, 183), "down", size=40), flags="Cf", action=Action("accounts")
    )
    menu = icon_button((954, 101, 1059, 226), "menu", desc=scene.labels["profile_menu"], flags="C")
    return view("ViewGroup", (0, 84, 1080, 236), name, menu, id="h5q")


def _identity(scene: Scene, account: str) -> list[View]:
    handle = text_button(
        (250, 484, 690, 534), scene.labels.name(f"@{account}"), id="sj8", flags="C", size=38, align="center"
    )
    edit = text_button(
        (700, 480, 860, 540), scene.labels["edit"], flags="C", size=34, bold=True, align="center", fill=GREY, radius=12
    )
    return [handle, edit]


def _statistics(scene: Scene, account: str) -> View:
    found = user(account)
    if found is None:
        raise LookupError(f"the account {account!r} of this phone is not a handle that a user can have")
    return statistics(scene, found, 560)


def _studio(scene: Scene) -> View:
    label = text((405, 722, 760, 772), scene.labels["studio"], id="a_l", size=36, bold=True)
    return view("LinearLayout", (330, 710, 780, 786), label, icon((345, 722, 395, 772), "play", size=44), flags="C")


def _tabs(scene: Scene) -> View:
    cells = [
        view(
            "RelativeLayout",
            (i * 270, 800, (i + 1) * 270, 910),
            icon((i * 270 + 95, 815, i * 270 + 175, 895), picture, size=62, color=DIM if i else INK),
            desc=scene.labels[key],
            flags="C" if i else "CS",
        )
        for i, (key, picture) in enumerate(_TABS)
    ]
    return view("LinearLayout", (0, 800, 1080, 910), *cells)
