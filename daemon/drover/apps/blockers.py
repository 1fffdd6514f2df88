"""What only a person, or time, can take away: by whole labels, and by phrases where no content can say them. Pure.

Apps reword these pages often, and write them in many languages: "Upload your ID" became "Confirm you're a real person
with a video selfie". A phrase within a longer text counts on a page that is otherwise unknown and holds nothing of
other people's, and on a dialog over any page.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from drover.apps.dialogs import button_below, in_front, in_list
from drover.apps.features import holds
from drover.apps.lexicon import normal
from drover.apps.screens import Blocker, Screen
from drover.apps.shapes import panels
from drover.apps.tables import App, BlockerRule
from drover.apps.view import View
from drover.phone.hierarchy import Node

_MOST_LABELS: Final = 40
_LONGEST: Final = 300


def blocker(view: View, base: Screen) -> tuple[Blocker | None, Screen | None]:
    """The blocker in front with the screen that it is, or neither."""
    for rule in view.app.blockers:
        headline = _headline(view, base, rule)
        if headline is not None:
            return _made(_heavier(view, rule, headline), headline)
    for node in _speaking(view, base):
        other = _rule_for(view, node.label)
        if other is not None:
            return _made(other, node.label)
    return None, None


def _heavier(view: View, rule: BlockerRule, headline: str) -> BlockerRule:
    """A rule before this one that the headline tells too: "a real person with a video selfie" asks for a selfie."""
    rules = view.app.blockers
    other = _rule_for(view, headline)
    return other if other is not None and rules.index(other) < rules.index(rule) else rule


def _rule_for(view: View, text: str) -> BlockerRule | None:
    words = normal(text)
    rules = (rule for rule in view.app.blockers if rule.phrases)
    return next((rule for rule in rules if _pattern(view.app, *rule.phrases).search(words)), None)


def _made(rule: BlockerRule, headline: str) -> tuple[Blocker, Screen]:
    texts = {"headline": headline, "advice": rule.advice}
    return Blocker(name=rule.name, reason=rule.reason, trouble=rule.trouble, **texts), rule.screen


def _headline(view: View, base: Screen, rule: BlockerRule) -> str | None:
    shown = in_front(view, base, view.shown(*rule.labels, fields=base is Screen.UNKNOWN))
    if shown is not None:
        return shown.label or shown.hint
    if base is Screen.UNKNOWN and any(holds(view, feature) for feature in rule.features):
        return rule.name.replace("_", " ")
    return None


# --- phrases ---


def _speaking(view: View, base: Screen) -> Iterator[Node]:
    """Where a phrase counts, from the top: the headline tells which of several blockers it is."""
    if base is Screen.UNKNOWN and _page_of_its_own(view):
        nodes = view.labelled
    else:
        nodes = [node for box in panels(view) for node in _in_dialog(view, box)]
    return (node for node in sorted(nodes, key=lambda node: node.bounds.top) if len(node.label) <= _LONGEST)


def _page_of_its_own(view: View) -> bool:
    """Neither a feed nor a chat, nor a list of other people's words."""
    if len(view.labelled) > _MOST_LABELS or holds(view, "shape:tab_bar") or holds(view, "shape:video_rail"):
        return False
    return not (view.fields and any(map(in_list, view.labelled)))


def _in_dialog(view: View, box: Node) -> list[Node]:
    inside = [node for node in view.labelled if box.bounds.contains(node.bounds) and node is not box]
    return [node for node in inside if not in_list(node) and button_below(view, node)]


@cache
def _pattern(app: App, *names: str) -> re.Pattern[str]:
    phrases = (phrase for name in names for words in app.phrases[name].values() for phrase in words)
    return re.compile("|".join(re.escape(normal(phrase)) for phrase in phrases))
