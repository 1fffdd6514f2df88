"""What two surveys of an app, before the commit tap and after it, prove of a post. Pure.

Each answer needs a proof of its own: that a post is not there yet is none that it never comes.
"""

from drover.apps.grid import one_more
from drover.scripts.publishing.survey import Survey


def newly_failed(before: Survey, after: Survey) -> str:
    """What the app says of an upload that failed since; empty where that is not proven.

    A page must tell of more failures than the same page did before. None may tell of fewer, nothing may be on its
    way, and no new post may be there: then the marks contradict each other.
    """
    if after.running or fewer_failures(before, after) or _has_more(before, after):
        return ""
    for page, now in after.uploads.items():
        earlier = before.uploads.get(page)
        if earlier is not None and len(now.failed) > len(earlier.failed):
            return next((words for words in now.failed if words not in earlier.failed), now.failed[0])
    return ""


def fewer_failures(before: Survey, after: Survey) -> bool:
    """Whether a failure of before is gone: someone, or the app, did something with that upload.

    A number of posts that grew does not tell then whose post was added.
    """
    pages = before.uploads.keys() & after.uploads.keys()
    return any(len(after.uploads[page].failed) < len(before.uploads[page].failed) for page in pages)


def kept_as_draft(before: Survey, after: Survey) -> bool:
    """Whether the post became a draft: exactly one more, and no earlier upload that may have become it."""
    if before.failures or after.failures or after.running or _has_more(before, after):
        return False
    return after.grid.drafts == before.grid.drafts + 1


def untouched(before: Survey, after: Survey) -> bool:
    """Whether the app shows everything as before: nothing on its way, failed, kept or published since."""
    same = {page: len(upload.failed) for page, upload in after.uploads.items()} == {
        page: len(upload.failed) for page, upload in before.uploads.items()
    }
    kept = after.grid.drafts > before.grid.drafts
    return same and not kept and not after.running and not _has_more(before, after)


def _has_more(before: Survey, after: Survey) -> bool:
    """Whether a post or a story is there that was not before."""
    return one_more(before.grid, after.grid) or (before.story is False and after.story is True)
