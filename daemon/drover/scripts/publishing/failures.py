"""How a publication ends in failure, in the same words on every app."""

from typing import NoReturn

from drover.scripts.context import ScriptFailed
from drover.scripts.navigation import Navigator, Sight
from drover.scripts.publishing.discard import leave
from drover.scripts.publishing.publisher import Publication
from drover.wire.tasks import Reason


def refuse_newer(nav: Navigator, publication: Publication) -> None:
    """End where the phone saved something after our files: it would stand before them in the picker."""
    foreign = nav.phone.gallery.newer_than(publication.items)
    if foreign:
        raise ScriptFailed(
            Reason.INTERRUPTED,
            f"{nav.phone.serial} saved {foreign[0]} while the files were copied, so the newest in the picker is not "
            "what is to be published; trying again.",
        )


def fail_not_ours(nav: Navigator, why: str) -> NoReturn:
    """End where the newest item of the app's picker is another file than ours."""
    nav.ctx.keep("not_ours")
    raise ScriptFailed(
        Reason.APP_CHANGED,
        f"The newest item in {nav.app.name}'s picker on {nav.phone.serial} is not the file to publish: it {why}; "
        "nothing was published. Choose post_way share, which names the file itself.",
    )


def fail_without(nav: Navigator, why: str) -> NoReturn:
    """End before the tap for something that the screen does not have."""
    nav.ctx.keep("missing")
    raise ScriptFailed(Reason.APP_CHANGED, f"{nav.app.name} on {nav.phone.serial}: {why}. Nothing was posted.")


def refuse_while_uploading(nav: Navigator) -> NoReturn:
    """End where an earlier post is still on its way: no one could tell later which of the two was published."""
    nav.ctx.keep("still_uploading")
    raise ScriptFailed(
        Reason.INTERRUPTED,
        f"{nav.app.name} on {nav.phone.serial} is still uploading an earlier post, and which of the two was published "
        "could not be told; trying again. Look at the phone if the upload hangs.",
    )


def fail_still_uploading(nav: Navigator, wait_s: float) -> NoReturn:
    """End where the upload goes on after the time that the task allows."""
    raise ScriptFailed(
        Reason.TIMEOUT,
        f"{nav.app.name} on {nav.phone.serial} was still uploading after {wait_s:.0f} s (upload_wait_time); "
        "allow more time for large files.",
    )


def fail_upload(nav: Navigator, says: str) -> NoReturn:
    """End where it is proven that this post's upload failed; `says` is the app's own word."""
    nav.ctx.keep("upload_failed")
    raise ScriptFailed(
        Reason.UPLOAD_FAILED,
        f"{nav.app.name} on {nav.phone.serial} says “{says}”: nothing was published; check the phone's network and the "
        "file, delete what the app kept of it, then retry.",
    )


def fail_kept(nav: Navigator) -> NoReturn:
    """End where it is proven that the app made this post a draft."""
    raise ScriptFailed(
        Reason.UPLOAD_FAILED,
        f"{nav.app.name} on {nav.phone.serial} kept the post as a draft and did not publish it; "
        "publish or delete the draft by hand before retrying.",
    )


def discard_ignored(nav: Navigator, sight: Sight, button: str) -> bool:
    """Leave a form that stands as before the tap, so that nothing can be published later.

    Whether it was seen to be unsent. Raises ScriptFailed where the form cannot be left.
    """
    nav.ctx.keep("ignored", sight.tree)
    left = leave(nav)
    if not left.done:
        raise ScriptFailed(
            Reason.APP_CHANGED,
            f"The form on {nav.phone.serial} stayed after {button} was tapped and could not be left.",
        )
    return left.unsent


def fail_ignored(nav: Navigator, button: str) -> NoReturn:
    """End where it is proven that the app did not take the tap: the form was discarded, and nothing else changed."""
    raise ScriptFailed(
        Reason.REJECTED,
        f"{nav.app.name} on {nav.phone.serial} did not take the tap on {button}: the form stayed as it was, and was "
        "discarded; the app may be holding this account back, so wait before retrying.",
    )
