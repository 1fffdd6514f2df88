"""The recorded hierarchies, where they are at hand, and the ways in which tests change them."""

import random
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from drover.apps import App, load
from drover.phone.hierarchy import parse

_BOUNDS = re.compile(r"\[(-?\d+),(-?\d+)\]\[(-?\d+),(-?\d+)\]")
_SYSTEM_IDS = ("permission", "grant_", "widget", "aerr_")


def folder() -> Path | None:
    """`../shared/uidumps` beside the repository's root, also for a worktree beside it."""
    root = Path(__file__).parents[2]
    found = (up / "shared" / "uidumps" for up in (root.parent, root.parent.parent))
    return next((path for path in found if path.is_dir()), None)


def dump(name: str) -> bytes:
    """One recorded hierarchy; skips the test, visibly, where the recordings are missing."""
    path = folder()
    if path is None:
        pytest.skip("the recorded hierarchies (../shared/uidumps) are not on this machine")
    return (path / f"{name}.xml").read_bytes()


def case_media(name: str) -> Path:
    """A media file that somebody sent (`../shared/cases/media`); skips the test, visibly, where it is missing."""
    path = folder()
    file = None if path is None else path.parent / "cases" / "media" / name
    if file is None or not file.is_file():
        pytest.skip("the media of the cases (../shared/cases/media) are not on this machine")
    return file


def app_of(name: str) -> App:
    """The app that a dump of this name shows: `tt_...`, `ex_ig410_...`, `ig2021_...`."""
    first, second, *_ = name.split("_")
    return load("instagram" if "ig" in (first[:2], second[:2]) else "tiktok")


def rename_ids(xml: bytes, app: App, *, stable: bool) -> bytes:
    """Every resource id changes, those that the data file names only if `stable` is set; Android's own stay."""
    known = {name for names in app.ids.values() for name in names}

    def change(node: ElementTree.Element) -> None:
        prefix, slash, name = str(node.get("resource-id") or "").rpartition("/")
        if slash and not name.startswith(_SYSTEM_IDS) and (stable or name not in known):
            node.set("resource-id", f"{prefix}/q{sum(map(ord, name)) % 997}")

    return _each(xml, change)


def scale(xml: bytes, factor: float) -> bytes:
    """The same screen on a phone of another density, bounds and named size alike."""

    def change(node: ElementTree.Element) -> None:
        match = _BOUNDS.fullmatch(str(node.get("bounds") or ""))
        if match:
            left, top, right, bottom = (round(int(part) * factor) for part in match.groups())
            node.set("bounds", f"[{left},{top}][{right},{bottom}]")
        for name in ("width", "height"):
            if node.get(name):
                node.set(name, str(round(int(str(node.get(name))) * factor)))

    return _each(xml, change)


def mirror(xml: bytes) -> bytes:
    """The same screen as it is laid out for a language that is read from the right."""
    tree = parse(xml)
    width = max(tree.width, max((node.bounds.right for node in tree.nodes), default=0))

    def change(node: ElementTree.Element) -> None:
        match = _BOUNDS.fullmatch(str(node.get("bounds") or ""))
        if match:
            left, top, right, bottom = map(int, match.groups())
            node.set("bounds", f"[{width - right},{top}][{width - left},{bottom}]")

    return _each(xml, change)


def pad_labels(xml: bytes) -> bytes:
    """Labels get outer spaces, hard spaces and direction marks, as apps write them."""
    dice = random.Random(1)

    def change(node: ElementTree.Element) -> None:
        for name in ("text", "content-desc"):
            if node.get(name):
                before, after = dice.choice(("", " ", "\u200e", "\xa0")), dice.choice(("", " ", "\xa0", "\u200f"))
                node.set(name, f"{before}{node.get(name)}{after}")

    return _each(xml, change)


def translate(xml: bytes, app: App, language: str) -> bytes:
    """Every label that the tables know becomes a label of the same meaning in another language."""

    def change(node: ElementTree.Element) -> None:
        for name in ("text", "content-desc"):
            written = str(node.get(name) or "")
            translated = _translated(written, app, language) if written else None
            if translated:
                node.set(name, translated)

    return _each(xml, change)


def flatten(xml: bytes) -> bytes:
    """Nesting, classes and selection are lost, as in dumps that were reconstructed from logs."""
    root = ElementTree.fromstring(xml)
    flat = ElementTree.Element("hierarchy", {str(key): str(value) for key, value in root.attrib.items()})
    for node in root.iter("node"):
        kept = {str(key): str(value) for key, value in node.attrib.items() if key not in ("class", "selected")}
        ElementTree.SubElement(flat, "node", kept)
    return ElementTree.tostring(flat)


def _translated(written: str, app: App, language: str) -> str | None:
    for source in (app, load("android")):
        for meaning, _ in sorted(source.lexicon.meanings(written)):
            words = source.labels[meaning].get(language)
            if words:
                number = re.search(r"\d[\d.,]*[KM]?", written)
                label = words[sum(map(ord, written)) % len(words)]
                return label.replace("#", number.group(0) if number else "3").replace("*", "togu")
    return None


def _each(xml: bytes, change: Callable[[ElementTree.Element], None]) -> bytes:
    root = ElementTree.fromstring(xml)
    for node in root.iter():
        change(node)
    return ElementTree.tostring(root)
