"""One of our own posts or stories opened in full on Instagram: whose it is, its words, how old it says it is. Pure.

Its viewer of reels says no age and cuts captions short; its rows of pictures say both; a story says who and how old.
"""

from dataclasses import dataclass
from typing import Final

from drover.apps.ages import Age, Since, ages
from drover.apps.handles import same_handle
from drover.apps.view import View
from drover.phone.hierarchy import Node
from drover.phone.typed_text import same_text

_ELLIPSES: Final = ("…", "...", "… more")
_SHORTEST: Final = 8
"""A caption that was cut shorter than this tells nothing."""


@dataclass(frozen=True, kw_only=True)
class Opened:
    """`words` is None where they are out of sight; `cut` tells that they go on. `ages` are those that it says."""

    author: str
    words: str | None
    cut: bool = False
    ages: tuple[Age, ...] = ()

    def says(self, words: str) -> bool:
        """Whether these are its words, as far as they are seen."""
        if self.words is None:
            return False
        if not self.cut:
            return same_text(self.words, words)
        plain = " ".join(words.split())
        return len(self.words) >= _SHORTEST and any(
            same_text(self.words, plain[:end]) for end in range(_SHORTEST, len(plain))
        )


def post(view: View) -> Opened | None:
    """The uppermost post of the screen."""
    author = min(view.with_id("post_author"), key=lambda node: node.bounds.top, default=None)
    if author is None or not author.label:
        return None
    name = author.label.split()[0]
    nodes = _of_the_first(view, author)
    text = _words(view, [node for node in nodes if node.bounds.top > author.bounds.bottom], name)
    cut = next((mark for mark in _ELLIPSES if text is not None and text.endswith(mark)), "")
    words = text if text is None or not cut else text.removesuffix(cut).rstrip()
    return Opened(author=name, words=words, cut=bool(cut), ages=tuple(ages(view, nodes)))


def _of_the_first(view: View, author: Node) -> list[Node]:
    """The nodes from the first post's header down to the next one's."""
    heads = sorted(node.bounds.top for node in (*view.with_id("post_header"), *view.with_id("post_author")))
    top = min((head for head in heads if abs(head - author.bounds.top) < author.bounds.height), default=0)
    below = next((head for head in heads if head > author.bounds.bottom), view.height + 1)
    return [node for node in view.nodes if top <= node.bounds.top < below]


def _words(view: View, below: list[Node], author: str) -> str | None:
    """The caption: of a reel by its id, of a row what begins with the author's name; None if no such thing is seen."""
    for node in view.with_id("reel_caption"):
        return next((part.label for part in node.walk() if part.label), "")
    texts = (node.text for node in below if node.text.startswith(f"{author} "))
    caption = next(texts, None)
    if caption is not None:
        return caption.removeprefix(author).strip()
    # A reel without a caption has nothing of that id.
    return "" if view.with_id("reel") else None


def story(view: View) -> Opened | None:
    """The story in front."""
    author = next((node.label for node in view.with_id("story_author") if node.label), "")
    return Opened(author=author, words=None, ages=tuple(ages(view, view.with_id("story_age")))) if author else None


def made_since(opened: Opened, words: str, author: str, since: Since) -> bool:
    """Whether it is by this account, of these words where they are seen, and can only have been made since."""
    other = opened.words is not None and not opened.says(words)
    return same_handle(opened.author, author) and not other and any(map(since.younger, opened.ages))


def is_new(before: Opened | None, now: Opened, words: str, author: str) -> bool:
    """Whether the newest post is ours and was not the newest before: its words say so, and the earlier one's did not.

    Without a look before, or where the earlier post had the same words, nothing is told by them; nor by the lack of
    words, which may only not have come yet.
    """
    if before is None or not before.words or not words.strip() or before.says(words):
        return False
    return same_handle(now.author, author) and now.says(words)
