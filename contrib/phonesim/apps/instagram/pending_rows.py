"""The rows at the top of the home feed for what is being uploaded, or could not be; and what other tabs show of it."""

from phonesim.apps.instagram.scene import TAB_BAR, Scene
from phonesim.apps.posting.pictures import picture_of_posted
from phonesim.apps.posting.state import Upload
from phonesim.ui.controls import NOTHING, WHITE, icon, text
from phonesim.ui.view import Action, Bounds, Style, View, view

_HEIGHT = 195
FINISHING = 90
"""From this percentage on the app says that it is finishing up."""


_MOST_ROWS = 4


def pending_rows(scene: Scene, top: int) -> list[View]:
    """A row for each upload that is not there yet; none for stories, whose ring turns instead."""
    step = _HEIGHT + 1
    return [_row(scene, upload, top + i * step) for i, upload in enumerate(_media(scene)[:_MOST_ROWS])]


def _media(scene: Scene) -> list[Upload]:
    return [upload for upload in scene.uploads if upload.post.placement != "story"]


def _row(scene: Scene, upload: Upload, top: int) -> View:
    box: Bounds = (0, top, 1080, top + _HEIGHT)
    picture: Bounds = (39, top + 20, 128, top + 176)
    inner = view("ImageView", picture, id="row_pending_media_imageview", style=picture_of_posted(upload.post.files[0]))
    thumbnail = view("FrameLayout", picture, inner, id="row_pending_media_imageview_container")
    words = text(
        (167, top + 74, 963, top + 122), status(scene, upload), id="row_pending_media_status_textview", size=40
    )
    parts = [
        thumbnail,
        view("LinearLayout", (147, top + 74, 963, top + 122), words, id="row_pending_media_status_container"),
    ]
    if upload.failed:
        retry = Action("retry_upload", upload.post.target)
        area: Bounds = (850, top + 68, 960, top + 127)
        parts.append(icon(area, "spinner", id="row_pending_media_reshare_button", flags="Cf", action=retry))
    discard = Action("give_up", upload.post.target) if upload.failed else NOTHING
    parts.append(
        icon(
            (963, top + 68, 1080, top + 127), "close", id="row_pending_media_discard_button", flags="Cf", action=discard
        )
    )
    row = view("LinearLayout", box, *parts, id="row_pending_container", flags="Cf", action=NOTHING)
    divider = view("View", (0, top + _HEIGHT, 1080, top + _HEIGHT + 1), id="divider")
    return view("LinearLayout", (0, top, 1080, top + _HEIGHT + 1), row, divider, id="container")


def status(scene: Scene, upload: Upload) -> str:
    """`Posting… 40%`, then that it finishes up; that it waits; or that it can't be posted."""
    if upload.failed:
        return scene.labels["video_failed" if upload.post.kind == "video" else "photo_failed"]
    if upload.waits:
        return scene.labels["waiting"]
    percent = upload.percent(scene.phone.clock())
    return scene.labels["finishing"] if percent >= FINISHING else scene.labels.filled("posting", percent)


def snackbar(scene: Scene) -> View | None:
    """What floats over the other tabs while something is uploaded, as recorded over the reels."""
    upload = next(iter(_media(scene)), None)
    if upload is None:
        return None
    bottom = scene.frame.bottom - TAB_BAR
    top = bottom - 204
    whole: Bounds = (0, top, 1080, scene.frame.bottom)
    box: Bounds = (20, top + 20, 1060, top + 184)
    picture: Bounds = (58, top + 63, 136, top + 141)
    small: Bounds = (70, top + 75, 124, top + 129)
    body = view("ImageView", picture, id="media_thumbnail", style=picture_of_posted(upload.post.files[0]))
    part = view("ImageView", small, id="media_thumbnail_overlay")
    thumb = view("FrameLayout", picture, body, part, id="media_thumbnail_container")
    percent = upload.percent(scene.phone.clock())
    words = status(scene, upload) if upload.failed else scene.labels[f"sharing_to_{upload.post.placement}"]
    bar = view("ProgressBar", (160, top + 132, 1036, top + 136), id="progress_bar", text=f"{float(percent)}")
    label = text((160, top + 69, 1036, top + 113), words, id="status_text", size=40, color=WHITE)
    progress = view("LinearLayout", (160, top + 26, 1036, top + 179), label, bar, id="upload_progress_bar_container")
    style = Style(fill="#262b31", radius=30)
    container = view(
        "ViewGroup", box, thumb, progress, id="upload_snackbar_container", flags="Cf", action=NOTHING, style=style
    )
    inner = view("FrameLayout", (0, top, 1080, bottom), container, id="igds_upload_snackbar")
    return view("FrameLayout", whole, inner, flags="f")
