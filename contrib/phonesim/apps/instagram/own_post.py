"""One of our own posts in full, opened from its tile: a reel over the whole page, pictures as a row of the feed.

No recording is known of either, opened from a profile. The reel follows the recorded viewer, which cuts a caption short
and says no age; the pictures follow the recorded feed, whose header says both who and when.
"""

from phonesim.apps.instagram.ages import ago
from phonesim.apps.instagram.feed import HEADER, buttons, post_header
from phonesim.apps.instagram.own_profile import account, published
from phonesim.apps.instagram.reels import rail, reel_frames
from phonesim.apps.instagram.scene import BAR, INK, TAB_BAR, Scene, group, main_shell
from phonesim.apps.instagram.tab_bar import tab_bar
from phonesim.apps.posting.pictures import picture_of_posted
from phonesim.posts import Post
from phonesim.ui.chrome import STATUS
from phonesim.ui.controls import BACK, LIST, WHITE, icon, text, text_button
from phonesim.ui.view import Bounds, Style, View, view
from phonesim.world import User

_SHOWN = 38
"""As many characters of a caption the viewer of reels shows."""


def own_post(scene: Scene) -> View:
    """The post at the place of its tile, `page.target`; behind those that we published lie older reels."""
    number = int(scene.page.target)
    found = account(scene)
    mine = published(scene)
    if number < len(mine) and mine[number].placement != "reel":
        return _pictures(scene, found, mine[number])
    if number < len(mine):
        post = mine[number]
        return _reel(scene, found, post.caption, picture_of_posted(post.files[0]))
    place = number - len(mine)
    return _reel(scene, found, f"old film {place}", Style(artwork=f"{found.handle}:old:{place}"))


def _reel(scene: Scene, found: User, caption: str, picture: Style) -> View:
    whole: Bounds = (0, STATUS, 1080, scene.frame.bottom - TAB_BAR)
    labels = scene.labels
    playing = view(
        "FrameLayout",
        whole,
        id="clips_video_container",
        desc=labels.filled("reel_playing", found.handle),
        style=picture,
    )
    media = view(
        "ViewGroup", whole, playing, id="clips_media_component", desc=labels.filled("reel_by", found.handle), flags="f"
    )
    top = whole[3] - 240
    name = text_button((128, top, 480, top + 45), found.handle, id="clips_author_username", color=WHITE)
    parts = [group((39, top, 480, top + 131), name, id="clips_author_info_component")]
    if caption:
        line: Bounds = (39, top + 140, 953, top + 200)
        style = Style(text=cut(caption), color=WHITE, size=38)
        words = view("ViewGroup", line, desc=cut(caption), flags="Cf", style=style)
        parts.append(group(line, words, id="clips_caption_component"))
    info = group((0, top, 953, whole[3]), *parts, id="clips_media_info_component")
    reel = view("FrameLayout", whole, group(whole, media, info, rail(scene, found, whole[3])))
    back = icon((0, STATUS, 118, STATUS + BAR), "back", desc=labels["back"], flags="Cf", action=BACK, color=WHITE)
    bar = view("RelativeLayout", (0, STATUS, 1080, STATUS + BAR), back, id="clips_viewer_action_bar")
    return main_shell(scene, reel_frames(whole, reel, bar), tabs=tab_bar(scene, "own_profile"))


def cut(caption: str) -> str:
    """The caption as the viewer shows it: one line, cut short with an ellipsis, as recorded."""
    line, _, more = caption.partition("\n")
    short = line[:_SHOWN].rstrip()
    return short if short == line and not more else f"{short} …"


def _pictures(scene: Scene, found: User, post: Post) -> View:
    bottom = scene.frame.bottom - TAB_BAR
    whole: Bounds = (0, STATUS, 1080, bottom)
    top = STATUS + BAR
    when = ago(scene, post.at)
    low = min(bottom - 330, top + HEADER + 1180)
    picture: Bounds = (0, top + HEADER, 1080, low)
    photo = view("FrameLayout", picture, id="row_feed_photo_imageview", style=picture_of_posted(post.files[0]))
    rows = [
        post_header(scene, found, top, scene.labels.filled("posted_ago", found.handle, when)),
        group(picture, view("FrameLayout", picture, photo, id="media_group", flags="Cf"), id="video_container"),
        buttons(scene, found, low),
    ]
    if post.caption:
        line: Bounds = (34, low + 120, 1046, low + 220)
        words, style = f"{found.handle} {post.caption}", Style(size=38, color=INK, lines=2)
        rows.append(view("com.instagram.ui.widget.textview.IgTextLayoutView", line, text=words, flags="f", style=style))
    rows.append(text((34, low + 230, 600, low + 280), when, desc=when, size=32))
    listed = view(LIST, whole, *rows, id="android:id/list", flags="fs")
    back = icon((0, STATUS, 118, top), "back", desc=scene.labels["back"], flags="Cf", action=BACK)
    title = text((158, STATUS, 700, top), scene.labels["posts_title"], id="action_bar_title", size=50, bold=True)
    bar = view("LinearLayout", (0, STATUS, 1080, top), back, title, id="action_bar_LinearLayout")
    return main_shell(scene, view("FrameLayout", whole, listed, bar), tabs=tab_bar(scene, "own_profile"))
