"""Pictures of files: an image as it is, a video as a drawn frame that is always the same for the same file."""

from phonesim.apps.tiktok.scene import WHITE, Scene, icon, text
from phonesim.contract import MediaItem
from phonesim.posts import Post, PostedFile
from phonesim.ui.pictures import thumbnail
from phonesim.ui.view import Action, Bounds, Style, View, view


def picture_of(file: MediaItem) -> Style:
    """What a gallery shows of a file."""
    encoded = thumbnail(file.data, file.sha256) if file.kind == "images" else b""
    return Style(picture=encoded) if encoded else Style(film=file.sha256)


def picture_of_posted(file: PostedFile) -> Style:
    """What a grid shows of a file, which may be gone from the phone."""
    return Style(picture=file.picture) if file.picture else Style(film=file.sha256)


def post_tile(scene: Scene, post: Post, box: Bounds, words: str, action: Action | None) -> View:
    """A cell of the grid: the first file's picture with words at its lower edge; carousels and videos have a mark."""
    low: Bounds = (box[0] + 16, box[3] - 64, box[2] - 16, box[3] - 14)
    label = text(low, words, id="view_count", size=32, bold=True, color=WHITE)
    corner: Bounds = (box[2] - 70, box[1] + 14, box[2] - 14, box[1] + 70)
    mark = icon(corner, "play" if post.kind == "video" else "grid", size=48, color=WHITE)
    cover = view("ImageView", box, id="cover", style=picture_of_posted(post.files[0]) if post.files else None)
    return view("FrameLayout", box, cover, mark, label, flags="Cf", action=action)
