"""Our own stories, one after another, the oldest first: a touch on the right half goes on, on the left half back.

Its header follows what others recorded on a phone of 1080x2400 in 2026: who and how old in a description and in two
texts, one bar for the progress of all. Other people's stories are not modelled.
"""

from phonesim.apps.instagram.ages import ago, short
from phonesim.apps.instagram.own_profile import stories
from phonesim.apps.instagram.scene import Scene, group, modal_shell
from phonesim.apps.posting.pictures import picture_of_posted
from phonesim.ui.chrome import STATUS
from phonesim.ui.controls import WHITE, icon, text
from phonesim.ui.view import Action, Bounds, Style, View, view

SECONDS = 5.0
"""How long a story is shown before the next one comes."""
_TOP = STATUS + 20


def story_viewer(scene: Scene) -> View:
    """The story of `page.target`, a number from the oldest on; blank while it loads."""
    shown = stories(scene.world)
    number = int(scene.page.target)
    if scene.loading or number >= len(shown):
        return modal_shell(scene)
    scene.phone.before(scene.page.ready_at + SECONDS)
    post = shown[number]
    whole: Bounds = (0, STATUS, 1080, scene.frame.bottom)
    low = scene.frame.bottom - 160
    media: Bounds = (0, STATUS, 1080, low)
    halves = (((0, STATUS, 400, low), "story_back"), ((400, STATUS, 1080, low), "story_next"))
    parts = [
        view("FrameLayout", media, id="reel_viewer_media_container", style=picture_of_posted(post.files[0])),
        *(view("View", half, flags="T", action=Action(name)) for half, name in halves),
        _header(scene, post.account, post.at),
        _toolbar(scene, low),
    ]
    return modal_shell(scene, view("FrameLayout", whole, *parts, id="reel_viewer_root", style=Style(fill="#000000")))


def _header(scene: Scene, handle: str, at: float) -> View:
    box: Bounds = (0, _TOP, 1039, _TOP + 184)
    desc = scene.labels.filled("story_said", handle, ago(scene, at))
    words = view(
        "LinearLayout",
        (99, _TOP + 24, 914, _TOP + 140),
        text((110, _TOP + 40, 520, _TOP + 95), handle, id="reel_viewer_title", size=40, bold=True, color=WHITE),
        text((540, _TOP + 40, 700, _TOP + 95), short(scene, at), id="reel_viewer_timestamp", size=38, color=WHITE),
        id="reel_viewer_text_container",
        desc=desc,
    )
    face: Bounds = (19, _TOP + 46, 99, _TOP + 130)
    picture = view("ImageView", face, id="reel_viewer_profile_picture", style=Style(avatar=handle))
    menu = icon((914, _TOP, 1039, _TOP + 129), "dots", id="header_menu_button", desc=scene.labels["more"], flags="Cf")
    bar = view("View", (0, _TOP - 10, 1039, _TOP + 4), id="reel_viewer_progress_bar", style=Style(fill=WHITE))
    return group(box, bar, picture, words, menu, id="reel_viewer_header")


def _toolbar(scene: Scene, top: int) -> View:
    box: Bounds = (0, top, 1080, scene.frame.bottom)
    area: Bounds = (60, top + 40, 400, top + 110)
    word = text(area, scene.labels["highlight"], id="toolbar_highlights_button", flags="Cf", size=36, color=WHITE)
    return group(box, word, id="viewer_reel_item_toolbar_container")
