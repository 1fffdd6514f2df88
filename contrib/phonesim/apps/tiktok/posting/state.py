"""What the screens of TikTok's way to a post are drawn from besides what both apps have."""

from phonesim.apps.posting.state import PostingState
from phonesim.shops import Product


class TikTokPosting(PostingState, kw_only=True):
    """The picker's place in the gallery, and the showcase that products are taken from."""

    multiple: bool = True
    album: str = ""
    """The folder that the picker shows; nothing for Recents."""
    filter: str = "all"
    scrolled: int = 0
    """How many rows of the picker's grid have gone up out of sight."""
    offered: tuple[Product, ...] = ()
    """The showcase that the list of products shows."""
    passed: int = 0
    """How many rows of it have gone up out of sight."""
    named: Product | None = None
    """The product whose name is being given."""
