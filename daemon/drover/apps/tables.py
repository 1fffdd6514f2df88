"""Loads the data file of each app once, into types; a key or meaning that does not exist is refused at loading."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

import msgspec

from drover.apps.lexicon import Lexicon
from drover.apps.screens import Screen
from drover.phone import sheets
from drover.wire.holds import Trouble
from drover.wire.tasks import Reason

PLATFORMS: Final = ("tiktok", "instagram")
LANGUAGES: Final = ("en", "fr", "pt", "vi", "zh", "es", "id", "de", "ar")
"""Those in which the data claims every meaning that scripts need; others have some words."""

Words = dict[str, list[str]]
"""Language -> labels."""


class ScreenRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Names a screen if every feature of `all`, one of `any` (where there are some) and none of `none` is there."""

    name: Screen
    all: list[str] = []
    any: list[str] = []
    none: list[str] = []


class BlockerRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A blocker: shown by a label of these meanings, or, on an otherwise unknown screen, by one of `features`.

    `phrases` tell it within a longer text, on a page that is otherwise unknown and in dialogs (blockers.py). `trouble`
    is what the app then has against the account."""

    name: str
    labels: list[str] = []
    phrases: list[str] = []
    features: list[str] = []
    screen: Screen
    reason: Reason
    trouble: Trouble
    advice: str


class PopupRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A popup: shown by `labels`, `ids` or `shapes`, or by the screen itself; never on the screens of `none`.

    `corner`: its X has neither text nor id. `sheet`: what closes the sheet in front puts it away (sheets.py)."""

    name: str
    labels: list[str] = []
    ids: list[str] = []
    shapes: list[str] = []
    screens: list[Screen] = []
    none: list[Screen] = []
    sheet: bool = False
    dismiss: list[str] = []
    corner: bool = False
    needs_dialog: bool = False


class App(msgspec.Struct, frozen=True, eq=False, kw_only=True, forbid_unknown_fields=True):
    """One app's data, loaded once and equal to itself only; the keys are documented at the head of tiktok.toml."""

    name: str
    platform: str
    packages: list[str]
    handle: Literal["at", "title"]
    dismiss: list[str]
    dismiss_weak: list[str]
    dismiss_alone: list[str] = []
    dialog: list[str]
    clone_links: bool = True
    launchers: list[str] = []
    bars: list[str] = []
    makers: list[str] = []
    link_hosts: list[str] = []
    sheets: list[Screen] = []
    activities: dict[str, str] = {}
    links: dict[str, str]
    ids: dict[str, list[str]]
    windows: dict[str, list[str]] = {}
    labels: dict[str, Words]
    phrases: dict[str, Words] = {}
    screens: list[ScreenRule]
    blockers: list[BlockerRule] = []
    popups: list[PopupRule] = []

    @property
    def lexicon(self) -> Lexicon:
        return _lexicon(self.platform)


def load(platform: str) -> App:
    """The data of `tiktok`, `instagram` or `android`; raises LookupError for another name."""
    if platform not in (*PLATFORMS, "android"):
        raise LookupError(f"no app data for {platform!r}; there are {', '.join(PLATFORMS)}")
    return _load(platform)


def for_package(package: str) -> App:
    """The app of a known package; raises LookupError: a clone's app is named by its account."""
    for platform in PLATFORMS:
        if package in load(platform).packages:
            return load(platform)
    raise LookupError(f"no app data for the package {package!r}; name its platform: {', '.join(PLATFORMS)}")


@cache
def _load(platform: str) -> App:
    raw = _read(platform)
    if platform != "android":
        shared = _read("shared")
        shared["labels"]["sheet"] = sheets.words()
        for table in ("labels", "phrases"):
            raw[table] = _merged(shared[table], raw.get(table, {}))
    app = msgspec.convert(raw, App)
    check(app)
    return app


@cache
def _lexicon(platform: str) -> Lexicon:
    return Lexicon(load(platform).labels)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files("drover.apps") / f"{name}.toml").read_text("utf-8"))


def _merged(shared: Mapping[str, Words], own: Mapping[str, Words]) -> dict[str, Words]:
    """The app's words before the shared ones, so that the first label of a language is the app's own."""
    merged: dict[str, Words] = {}
    for meaning in (*shared, *(name for name in own if name not in shared)):
        words: Words = {}
        for source in (own.get(meaning, {}), shared.get(meaning, {})):
            for language, labels in source.items():
                words[language] = list(dict.fromkeys((*words.get(language, ()), *labels)))
        merged[meaning] = words
    return merged


def check(app: App) -> None:
    """Raise ValueError if a rule names a meaning, an id or a kind of feature that is not there."""
    for rule in app.screens:
        for feature in (*rule.all, *rule.any, *rule.none):
            _check_feature(app, feature, f"screen {rule.name}")
    for blocker in app.blockers:
        _check_words(app, blocker.labels, app.labels, f"blocker {blocker.name}")
        _check_words(app, blocker.phrases, app.phrases, f"blocker {blocker.name}")
        for feature in blocker.features:
            _check_feature(app, feature, f"blocker {blocker.name}")
    for popup in app.popups:
        _check_words(app, (*popup.labels, *popup.dismiss), app.labels, f"popup {popup.name}")
        _check_words(app, popup.ids, app.ids, f"popup {popup.name}")
    words = (*app.dismiss, *app.dismiss_weak, *app.dismiss_alone, *app.dialog)
    _check_words(app, words, app.labels, "the dismiss words")


def _check_feature(app: App, feature: str, where: str) -> None:
    kind, colon, argument = feature.partition(":")
    if not colon:
        raise ValueError(f"{app.name}: {where}: {feature!r} is not `kind:argument`")
    known = {"id": app.ids, "window": app.windows}.get(kind)
    if known is not None:
        _check_words(app, argument.split("|"), known, where)
    elif kind != "shape":
        _check_words(app, argument.split("|"), app.labels, where)


def _check_words(app: App, words: Any, known: Mapping[str, Any], where: str) -> None:
    missing = [word for word in words if word not in known]
    if missing:
        raise ValueError(f"{app.name}: {where} names {', '.join(missing)}, which the data does not hold")
