"""The active account's own profile: its name opens the account switcher, its plus the sheet "Create", its grid what was
published."""

from phonesim.apps.instagram.grid import Tile, grid_rows
from phonesim.apps.instagram.profile import TOP, avatar, plain_button, statistics, tabs_row
from phonesim.apps.instagram.scene import TAB_BAR, Scene, group, main_shell
from phonesim.apps.instagram.tab_bar import tab_bar
from phonesim.apps.posting.pictures import picture_of_posted
from phonesim.posts import Post
from phonesim.ui.chrome import STATUS
from phonesim.ui.controls import LIST, NOTHING, PAGER, WHITE, icon, text
from phonesim.ui.view import Action, Bounds, Style, View, view
from phonesim.world import User, World, user

OLDER = 5
"""Reels that each account had before."""
MANY = 30
"""As many of its tiles are there to be scrolled to where it had thousands."""


def own_profile(scene: Scene) -> View:
    """Title bar, header, actions, highlights, tabs, grid, and the navigation."""
    bottom = scene.frame.bottom - TAB_BAR
    whole: Bounds = (0, STATUS, 1080, bottom)
    found = account(scene)
    root = group(whole, *_body(scene, found, bottom), id="coordinator_root_layout")
    page = view("FrameLayout", whole, view("FrameLayout", whole, root), _title_bar(scene), id="user_detail_fragment")
    return main_shell(scene, page, tabs=tab_bar(scene, "own_profile"))


def account(scene: Scene) -> User:
    found = user(scene.world.active)
    if found is None:
        raise LookupError(f"the account {scene.world.active!r} of this phone is not a handle that a user can have")
    return found


def published(scene: Scene) -> list[Post]:
    """What the grid shows of the active account, newest first: everything but stories."""
    return [post for post in scene.world.posts_of(scene.world.active) if post.placement != "story"]


def stories(world: World) -> list[Post]:
    """The stories of the active account, oldest first."""
    return world.posts_of(world.active, placement="story")[::-1]


def _before(scene: Scene) -> int:
    """How many posts the account had before, of which the last ones are shown."""
    return int(
        scene.phone.faults.value("many_posts", "posts", 12_300 if scene.phone.faults.active("many_posts") else OLDER)
    )


def _body(scene: Scene, found: User, bottom: int) -> list[View]:
    labels = scene.labels
    mine = published(scene)
    header = view(
        "ViewGroup",
        (0, TOP, 1080, TOP + 330),
        _avatar(scene, found),
        text(
            (312, TOP + 65, 1040, TOP + 107), found.name, id="profile_header_full_name_above_vanity", size=40, bold=True
        ),
        statistics(scene, _before(scene) + len(mine), found.followers % 1000, found.following % 1000, TOP + 107),
        text((39, TOP + 260, 1041, TOP + 320), found.bio, id="profile_header_bio_text", size=38),
        id="row_profile_header",
    )
    y = TOP + 345
    row: Bounds = (0, y, 1080, y + 78)
    actions = view(
        "LinearLayout",
        row,
        plain_button((30, y, 532, y + 78), labels["edit_profile"], NOTHING),
        plain_button((548, y, 1050, y + 78), labels["share_profile"], NOTHING),
        id="profile_header_actions_top_row",
    )
    y += 78 + 30
    inner = view("LinearLayout", row, actions)
    fixed = view(
        "LinearLayout", (0, TOP, 1080, y + 255), header, inner, _highlights(scene, y), id="profile_header_fixed_list"
    )
    y += 255
    tabs = tabs_row(scene, y, ("grid_view", "reels_tab", "tagged"))
    y += 119
    container = view("LinearLayout", (0, TOP, 1080, y), fixed, tabs, id="profile_header_container")
    return [
        view("FrameLayout", (0, STATUS, 1080, bottom)),
        view("LinearLayout", (0, TOP, 1080, y), container, id="tab_appbar"),
        view("View", (0, TOP, 1080, TOP + 1), id="swipe_refresh_animated_progressbar_container_background"),
        view("ScrollView", (0, y, 1080, bottom), flags="f"),
        _grid(scene, found, mine, y, bottom),
    ]


def _avatar(scene: Scene, found: User) -> View:
    labels = scene.labels
    there = stories(scene.world)
    stub: Bounds = (39, TOP, 273, TOP + 260)
    desc = labels["own_picture_story" if there else "own_picture"]
    framed = avatar(found, desc, TOP + 44, Action("own_story", "0") if there else None)
    box: Bounds = (201, TOP + 187, 255, TOP + 241)
    badge = icon(
        box, "plus", id="reel_empty_badge", desc=labels["add_to_story"], flags="Cf", action=Action("create", "story")
    )
    return group(stub, group(stub, framed, badge), id="profile_header_avatar_container_top_left_stub")


def _highlights(scene: Scene, top: int) -> View:
    box: Bounds = (0, top, 1080, top + 245)
    inner: Bounds = (4, top, 231, top + 245)
    ring: Bounds = (4, top, 231, top + 200)
    style = Style(outline="#c7ccd1", radius=90)
    circle = view("ImageView", (27, top + 15, 208, top + 196), id="button_background_view", style=style)
    plus = icon((96, top + 84, 139, top + 127), "plus", id="inner_button_view", size=42)
    button = view("FrameLayout", ring, circle, plus, id="button_container")
    label = text((4, top + 200, 231, top + 239), scene.labels["new"], id="label", size=32, align="center")
    create = view(
        "LinearLayout",
        inner,
        button,
        label,
        id="create_highlight_button_view",
        desc=scene.labels["create_highlight"],
        flags="Cf",
    )
    tray = view(LIST, box, view("LinearLayout", inner, create), id="highlights_reel_tray_recycler_view", flags="fs")
    return view("LinearLayout", box, tray, id="highlights_tray")


def _grid(scene: Scene, found: User, mine: list[Post], top: int, bottom: int) -> View:
    """What was published first, newest in row 1 column 1, then what the account had before."""
    tiles = [
        Tile(
            desc=_described(scene, found, post, i),
            seed=post.target,
            style=picture_of_posted(post.files[0]),
            action=Action("own_post", str(i)),
        )
        for i, post in enumerate(mine)
    ]
    shown = OLDER if _before(scene) == OLDER else MANY
    for i in range(len(mine), len(mine) + shown):
        desc = scene.labels.filled("reel_at", found.name, i // 3 + 1, i % 3 + 1)
        seed = f"{found.handle}:old:{i - len(mine)}"
        tiles.append(Tile(desc=desc, seed=seed, action=Action("own_post", str(i))))
    box: Bounds = (0, top, 1080, bottom)
    gap = view("View", (0, top, 1080, top + 9), id="gap_binder_group")
    listed = view(
        LIST, box, gap, *grid_rows(tiles, top + 9, bottom, stretch=scene.frame.stretch), id="android:id/list", flags="f"
    )
    return view(PAGER, box, listed, id="profile_viewpager", flags="fs")


def _described(scene: Scene, found: User, post: Post, number: int) -> str:
    """`Reel by NAME at row 1, column 1`; a carousel says of how many photos it is."""
    place = (found.name, number // 3 + 1, number % 3 + 1)
    if post.kind != "video" and len(post.files) > 1:
        return scene.labels.filled("photos_at", len(post.files), *place)
    return scene.labels.filled("reel_at" if post.kind == "video" else "own_photo_at", *place)


def _title_bar(scene: Scene) -> View:
    labels = scene.labels
    account_name = scene.world.active
    bar: Bounds = (0, STATUS, 1060, TOP)
    create: tuple[View, ...] = ()
    if not scene.phone.faults.active("no_create_button"):
        tap = Action("create_sheet")
        create = (icon((0, STATUS, 118, TOP), "plus", desc=labels["create_new"], flags="Cf", action=tap),)
    title: Bounds = (312, STATUS, 741, TOP)
    name = text(title, account_name, id="action_bar_title", desc=account_name, size=50, bold=True)
    chevron: Bounds = (741, STATUS, 786, TOP)
    down = icon((741, STATUS + 53, 771, STATUS + 83), "down", id="action_bar_title_chevron", size=30)
    buttons = view("LinearLayout", chevron, down, id="action_bar_username_buttons_container")
    inner = group((312, STATUS, 786, TOP), name, buttons)
    touch = Action("accounts")
    username = view(
        "LinearLayout", (157, STATUS, 823, TOP), inner, id="action_bar_username_container", flags="Cf", action=touch
    )
    right = [
        icon((823, STATUS, 942, TOP), "globe", desc=labels["threads"], flags="Cf"),
        icon((942, STATUS, 1060, TOP), "menu", desc=labels["options"], flags="Cf"),
    ]
    part = view("LinearLayout", (0, STATUS, 118, TOP), *create, id="left_action_bar_buttons")
    body = view("LinearLayout", (823, STATUS, 1060, TOP), *right, id="right_action_bar_buttons")
    layout = view("LinearLayout", bar, part, username, body, id="action_bar_layout")
    return view("FrameLayout", (0, STATUS, 1080, TOP), layout, id="profile_action_bar", style=Style(fill=WHITE))
