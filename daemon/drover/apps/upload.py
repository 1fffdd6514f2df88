"""What an app says of an upload that runs, failed or has just ended. Pure."""

import re
from dataclasses import dataclass
from typing import Final

from drover.apps.ages import Since, ages
from drover.apps.direction import share
from drover.apps.handles import same_handle
from drover.apps.view import View
from drover.apps.zones import from_top
from drover.phone.hierarchy import Node
from drover.phone.typed_text import same_text
from drover.phone.writing import numerals

_NO_UPLOAD: Final = (
    "upload_done",
    "post",
    "post_comment",
    "mode_post",
    "tab_create",
    "publish_question",
    "publish_now",
)
_PERCENT: Final = re.compile(r"(\d{1,3})\s?[%％]")
_NOTICE_LENGTH: Final = 80


@dataclass(frozen=True, kw_only=True)
class Upload:
    """`running` while the app shows an upload, with its percentage if it says one; `failed` is what it says of each

    that it gave up.
    """

    running: bool = False
    percent: int | None = None
    failed: tuple[str, ...] = ()


def upload(view: View) -> Upload:
    """What this screen says of uploads. One that the app will try again by itself is still on its way."""
    waiting = view.shown("upload_waiting")
    failed = [node for node in view.shown("upload_failed") if _is_notice(view, node) and node not in waiting]
    # id "Posting" is the button, en "Posting…" the upload.
    shown = [node for node in view.shown("uploading") if not view.means(node, *_NO_UPLOAD)]
    return Upload(
        running=bool(shown or any(_is_notice(view, node) for node in waiting)),
        percent=_percent(view, shown),
        failed=tuple(node.label for node in failed),
    )


def upload_over_feed(view: View) -> Upload:
    """The same over other people's videos, whose own words may hold a percentage: only what stands at the top counts,

    and a bare percentage only in the corner where the app shows its own.
    """
    seen = upload(view)
    shown = [node for node in view.shown("uploading", "upload_waiting") if not view.means(node, *_NO_UPLOAD)]
    running = [node for node in shown if _is_notice(view, node) and (not _is_bare(node) or _in_corner(view, node))]
    return Upload(running=bool(running), percent=_percent(view, running), failed=seen.failed)


def upload_on_profile(view: View) -> Upload:
    """The same on a profile, whose bio may say anything: an upload has a percentage there, or a tile (grid.py)."""
    seen = upload_over_feed(view)
    return Upload(running=seen.percent is not None, percent=seen.percent, failed=seen.failed)


def _percent(view: View, shown: list[Node]) -> int | None:
    matches = (_PERCENT.search(numerals(word)) for node in shown for word in view.words(node))
    return max((int(match[1]) for match in matches if match and int(match[1]) <= 100), default=None)


def _is_notice(view: View, node: Node) -> bool:
    """Other people's words may say the same, further down: what the app says is short and stands at the top."""
    return len(node.label) <= _NOTICE_LENGTH and from_top(view, node) < 0.3


def _is_bare(node: Node) -> bool:
    return _PERCENT.fullmatch(numerals(node.label).strip()) is not None


def _in_corner(view: View, node: Node) -> bool:
    return share(view, node) < 0.3


def fresh_post(view: View, words: str, author: str, since: Since, *, opened: bool) -> bool:
    """Whether the screen shows a post of these words and this author, made only since then.

    `opened` is a post that was opened from the own profile: its author is known, and need not be seen. On a feed other
    accounts may have posted the same words just now.
    """
    if not any(since.younger(age) for age in ages(view)):
        return False
    if not opened and not any(same_handle(node.text, author) for node in view.labelled if node.text):
        return False
    return not words.strip() or any(same_text(node.text, words) for node in view.labelled if node.text)
