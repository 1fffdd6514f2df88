"""What `post` asks of an app, and what it gives it. Types only."""

from dataclasses import dataclass
from typing import Protocol

from drover.phone.hierarchy import Hierarchy, Node
from drover.phone.mediastore import GalleryItem
from drover.policy.captions import Caption
from drover.scripts.navigation import Navigator
from drover.wire.media import MediaKind
from drover.wire.post import PostConfig


@dataclass(frozen=True, kw_only=True)
class Publication:
    """What is published: the files as they lie in the phone's gallery, in their order, and the words, chosen once.

    The first item is the newest of the gallery, the second the next, and so on.
    """

    config: PostConfig
    caption: Caption
    kind: MediaKind
    items: tuple[GalleryItem, ...]


class Publisher(Protocol):
    """How one app publishes; made again for each attempt, so that it may remember what it saw.

    Methods raise ScriptFailed, NotReachedError (post.py turns it into `app_changed` or `timeout`), PhoneError and what
    Context raises. Only `tap` may cause an effect.
    """

    def survey(self, nav: Navigator) -> None:
        """Read what profile and feed show before, for `verify` to compare; the account is the right one already.

        Raises ScriptFailed while an earlier upload runs.
        """
        ...

    def prepare(self, nav: Navigator, publication: Publication) -> None:
        """From wherever the app stands to the form, filled and read back; nothing is published."""
        ...

    def aim(self, nav: Navigator) -> Node:
        """The button that publishes, read from the screen right now; the intent is recorded, nothing is tapped yet."""
        ...

    def tap(self, nav: Navigator, button: Node) -> None:
        """The commit tap, by `phone.tap_once`. A question that the app asks afterwards, and whose answer is what

        publishes, is answered here, once. Raises TapUncertainError when no one can tell whether it arrived.
        """
        ...

    def verify(self, nav: Navigator, publication: Publication) -> Hierarchy:
        """Follow the upload and find proof; the hierarchy that proves it.

        Raises ScriptFailed `upload_failed` or `rejected` only where it is proven that nothing was published; any other
        failure leaves the outcome unknown.
        """
        ...

    def abandon(self, nav: Navigator) -> None:
        """Leave without draft or post, in about four seconds, by what the phone alone can do (`nav.look`, `nav.phone`).

        Called after a failure or a stop before the tap, when `nav.reach` and `ctx.step` may raise.
        """
        ...
