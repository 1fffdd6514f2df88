"""The row at the top of the home feed for what is being uploaded, or could not be."""

from phonesim.apps.instagram.scene import Scene, icon, text
from phonesim.apps.instagram.uploads import FINISHING, Upload
from phonesim.ui.view import Action, Bounds, Style, View, view

_HEIGHT = 195


def pending_row(scene: Scene, top: int) -> View | None:
    """The newest upload that is not there yet; none for stories, whose ring turns instead."""
    shown = [upload for upload in scene.uploads if upload.post.placement != "story"]
    if not shown:
        return None
    upload = shown[-1]
    box: Bounds = (0, top, 1080, top + _HEIGHT)
    picture: Bounds = (39, top + 20, 128, top + 176)
    failed = upload.failed(scene.phone.clock())
    thumbnail = view(
        "FrameLayout",
        picture,
        view("ImageView", picture, id="row_pending_media_imageview", style=Style(artwork=upload.post.files[0].sha256)),
        id="row_pending_media_imageview_container",
    )
    words = text(
        (167, top + 74, 963, top + 122), status(scene, upload), id="row_pending_media_status_textview", size=40
    )
    parts = [
        thumbnail,
        view("LinearLayout", (147, top + 74, 963, top + 122), words, id="row_pending_media_status_container"),
    ]
    if failed:
        retry = Action("retry_upload")
        parts.append(
            icon(
                (850, top + 68, 960, top + 127),
                "refresh",
                id="row_pending_media_reshare_button",
                flags="Cf",
                action=retry,
            )
        )
    discard = Action("discard_upload") if failed else Action("none")
    parts.append(
        icon(
            (963, top + 68, 1080, top + 127), "close", id="row_pending_media_discard_button", flags="Cf", action=discard
        )
    )
    row = view("LinearLayout", box, *parts, id="row_pending_container", flags="Cf", action=Action("none"))
    divider = view("View", (0, top + _HEIGHT, 1080, top + _HEIGHT + 1), id="divider")
    return view("LinearLayout", (0, top, 1080, top + _HEIGHT + 1), row, divider, id="container")


def status(scene: Scene, upload: Upload) -> str:
    """`Posting… 40%`, `Finishing up…`, or that it can't be posted. It changes with every percent."""
    clock = scene.phone.clock()
    if upload.failed(clock):
        return scene.labels["video_failed" if upload.post.kind == "video" else "photo_failed"]
    done = upload.progress(clock)
    if done >= FINISHING:
        scene.phone.before(upload.ends_at)
        return scene.labels["finishing"]
    percent = int(done * 100)
    if percent + 1 <= 100:
        scene.phone.before(upload.begun + (percent + 1) / 100 * upload.seconds)
    return scene.labels["posting"].format(percent)
