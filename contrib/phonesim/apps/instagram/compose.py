"""What an account is about to publish on Instagram: the state that the screens of publishing are drawn from."""

from phonesim.apps.tiktok.posting.state import PostingState


class Compose(PostingState, kw_only=True):
    """A reel, a post or a story that is being made, and the uploads behind it."""

    placement: str = "feed"
    """`feed`, `reel` or `story`."""
