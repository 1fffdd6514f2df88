"""How a publication ends in failure, in the same words on every app."""

from collections.abc import Collection
from typing import NoReturn

from drover.apps import Screen
from drover.scripts.context import ScriptFailed
from drover.scripts.navigation import Navigator, Sight
from drover.scripts.publishing.leaving import leave_unfinished
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


def fail_without(nav: Navigator, why: str) -> NoReturn:
    """End before the tap for something that the screen does not have."""
    nav.ctx.keep("missing")
    raise ScriptFailed(Reason.APP_CHANGED, f"{nav.app.name} on {nav.phone.serial}: {why}. Nothing was posted.")


def refuse_while_uploading(nav: Navigator) -> NoReturn:
    """End where an earlier post is still on its way: nobody could tell later which of the two was published."""
    nav.ctx.keep("still_uploading")
    raise ScriptFailed(
        Reason.INTERRUPTED,
        f"{nav.app.name} on {nav.phone.serial} is still uploading an earlier post, and which of the two was published "
        "could not be told; trying again. Look at the phone if the upload hangs.",
    )


def fail_upload(nav: Navigator, sight: Sight, says: str) -> NoReturn:
    """End with the app's own word that nothing was published."""
    nav.ctx.keep("upload_failed", sight.tree)
    raise ScriptFailed(
        Reason.UPLOAD_FAILED,
        f"{nav.app.name} on {nav.phone.serial} {says}: nothing was published; check the phone's network and the file, "
        "delete what the app kept of it, then retry.",
    )


def fail_if_standing(nav: Navigator, forms: Collection[Screen], button: str) -> None:
    """End as `fail_ignored` does if the form stands now: what was seen last may be older than the post."""
    sight = nav.look()
    if sight.seen.screen in forms:
        fail_ignored(nav, sight, button)


def fail_ignored(nav: Navigator, sight: Sight, button: str) -> NoReturn:
    """The form stands as before: leave it, so that nothing can be published later, and say that it was not taken."""
    nav.ctx.keep("ignored", sight.tree)
    if not leave_unfinished(nav):
        raise ScriptFailed(
            Reason.APP_CHANGED,
            f"The form on {nav.phone.serial} stayed after {button} was tapped and could not be left.",
        )
    raise ScriptFailed(
        Reason.REJECTED,
        f"{nav.app.name} on {nav.phone.serial} did not take the tap on {button}: the form stayed as it was, and was "
        "discarded; the app may be holding this account back, so wait before retrying.",
    )
