"""Small media files, made when a test needs them: those of the demo, under the name by which tests know them."""

from drover_demo.media import make_media, make_picture, make_video

__all__ = ["make_media", "make_picture", "make_video"]
