"""What an app says of an upload that runs, failed or has just ended. Pure."""

import re
from dataclasses import dataclass
from typing import Final

from drover.apps.ages import Since, ages
from drover.apps.handles import same_handle
from drover.apps.view import View
from drover.phone.typed import same_text

_NO_UPLOAD: Final = ("upload_done", "post", "mode_post", "tab_create", "publish_question", "publish_now")
_PERCENT: Final = re.compile(r"(\d{1,3})\s?[%％]")


@dataclass(frozen=True, kw_only=True)
class Upload:
    """`running` while the app shows an upload, with its percentage if it says one; `failed` is what it says if it

    gave up, else empty.
    """

    running: bool = False
    percent: int | None = None
    failed: str = ""


def upload(view: View) -> Upload:
    """What this screen says of an upload."""
    failed = next(iter(view.shown("upload_failed")), None)
    if failed is not None:
        return Upload(failed=failed.label)
    # id "Posting" is the button, en "Posting…" the upload.
    shown = [node for node in view.shown("uploading") if not view.means(node, *_NO_UPLOAD)]
    said = (_PERCENT.search(word) for node in shown for word in view.words(node))
    percents = [int(match[1]) for match in said if match and int(match[1]) <= 100]
    return Upload(running=bool(shown), percent=max(percents, default=None))


def fresh_post(view: View, words: str, author: str, since: Since) -> bool:
    """Whether the screen shows a post of these words, or without words one of this author, made only since then."""
    if not any(since.younger(age) for age in ages(view)):
        return False
    if words.strip():
        return any(same_text(node.text, words) for node in view.labelled if node.text)
    return any(same_handle(node.text, author) for node in view.labelled if node.text)
