"""Pictures of files: an image as it is, a video as a drawn frame that is always the same for the same file."""

from phonesim.contract import MediaItem
from phonesim.posts import PostedFile
from phonesim.ui.pictures import thumbnail
from phonesim.ui.view import Style


def posted(file: MediaItem) -> PostedFile:
    """The file as its post keeps it."""
    picture = thumbnail(file.data, file.sha256) if file.kind == "images" else b""
    return PostedFile(name=file.name, sha256=file.sha256, kind=file.kind, picture=picture)


def picture_of(file: MediaItem) -> Style:
    """What a gallery shows of a file."""
    return picture_of_posted(posted(file))


def picture_of_posted(file: PostedFile) -> Style:
    """What a grid shows of a file, which may be gone from the phone."""
    return Style(picture=file.picture) if file.picture else Style(film=file.sha256)
