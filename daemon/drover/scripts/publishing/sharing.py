"""Shares the file of a publication into an app from outside, where that can be done: the same on every app."""

from collections.abc import Callable

from drover.phone.mediastore import GalleryItem
from drover.scripts.navigation import Navigator
from drover.scripts.publishing.publisher import Publication


def shared(nav: Navigator, publication: Publication, share: Callable[[GalleryItem], None]) -> bool:
    """Whether the one file was given to `share`; else the app's own picker is the way, by the task or for several."""
    if publication.config.post_way != "share":
        return False
    first, *others = publication.items
    if others:
        # `am` has no option for a list of URIs, so no shell can share several files at once.
        nav.ctx.step("several pictures cannot be shared from outside: choosing them in the app's own picker", 32)
        return False
    nav.ctx.step(f"sharing the file into {nav.app.name}", 32)
    share(first)
    return True
