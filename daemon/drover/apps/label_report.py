"""Tells how a screen was recognised, or how nearly: which labels of the app's data it shows, which it lacks. Pure."""

from collections.abc import Iterable, Iterator
from typing import Final

from drover.apps.features import holds
from drover.apps.recogniser import recognise
from drover.apps.screens import Screen
from drover.apps.tables import PLATFORMS, App, ScreenRule, for_package, load
from drover.apps.view import View
from drover.phone.hierarchy import Hierarchy, Node
from drover.wire.screens import LabelMatch, NearMiss, ScreenCheck

MOST: Final = 100
NEAREST: Final = 3
MAX_CHARS: Final = 120
_NO_LABELS: Final = frozenset({"shape", "id"})


def app_of(hierarchy: Hierarchy, platform: str) -> App:
    """The app that was named, else the one whose package is on the screen, else the first."""
    if platform:
        return load(platform)
    for package in hierarchy.packages:
        try:
            return for_package(package)
        except LookupError:
            continue
    return load(PLATFORMS[0])


def check(app: App, hierarchy: Hierarchy, *, serial: str, package: str | None = None) -> ScreenCheck:
    """The screen held against the app's data."""
    seen = recognise(app, hierarchy, package)
    view = View(app, hierarchy)
    rules = [rule for rule in app.screens if rule.name is (seen.behind or seen.screen)]
    return ScreenCheck(
        serial=serial,
        platform=app.platform,
        packages=sorted(hierarchy.packages),
        screen=seen.screen.value,
        behind=seen.behind.value if seen.behind else "",
        popup=seen.popup.name if seen.popup else "",
        blocker=seen.blocker.name if seen.blocker else "",
        language=seen.language or "",
        handle=seen.handle or "",
        matched=list(_matched(view))[:MOST],
        missing=_missing(view, rules),
        near=_near(view) if seen.screen is Screen.UNKNOWN else [],
        strange=list(dict.fromkeys(_strange(view)))[:MOST],
    )


def _matched(view: View) -> Iterator[LabelMatch]:
    for node in view.labelled:
        for written in view.words(node):
            for meaning, language in sorted(view.app.lexicon.meanings(written)):
                box = node.bounds
                yield LabelMatch(
                    meaning=meaning,
                    language=language,
                    written=written[:MAX_CHARS],
                    bounds=(box.left, box.top, box.right, box.bottom),
                    tappable=view.target(node) is not None,
                )


def _missing(view: View, rules: Iterable[ScreenRule]) -> list[str]:
    """Labels that the screen's rules speak of and that are not there."""
    wanted = {meaning for rule in rules for feature in (*rule.all, *rule.any) for meaning in _meanings(feature)}
    return sorted(meaning for meaning in wanted if not view.shown(meaning, fields=True))


def _meanings(feature: str) -> list[str]:
    kind, _, argument = feature.partition(":")
    return [] if kind in _NO_LABELS else argument.split("|")


def _near(view: View) -> list[NearMiss]:
    """The rules of which most is there."""
    found = [_compared(view, rule) for rule in view.app.screens]
    ranked = sorted(found, key=lambda near: (len(near.missing) + len(near.hindered), -len(near.holds)))
    return [near for near in ranked if near.holds][:NEAREST]


def _compared(view: View, rule: ScreenRule) -> NearMiss:
    there = [feature for feature in rule.all if holds(view, feature)]
    missing = [feature for feature in rule.all if feature not in there]
    some = [feature for feature in rule.any if holds(view, feature)]
    if rule.any and not some:
        missing.append(f"one of: {', '.join(rule.any)}")
    hindered = [feature for feature in rule.none if holds(view, feature)]
    return NearMiss(screen=rule.name.value, holds=[*there, *some], missing=missing, hindered=hindered)


def _strange(view: View) -> Iterator[str]:
    for node in view.labelled:
        if _is_button(view, node):
            yield from (word[:MAX_CHARS] for word in view.words(node) if not view.app.lexicon.meanings(word))


def _is_button(view: View, node: Node) -> bool:
    return view.target(node) is not None
