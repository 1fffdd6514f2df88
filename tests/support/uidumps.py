"""The recorded hierarchies, where they are at hand, and the ways in which tests change them."""

import random
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from drover.apps import App, load
from drover.phone.hierarchy import parse
from drover.phone.sheets import below

_BOUNDS = re.compile(r"\[(-?\d+),(-?\d+)\]\[(-?\d+),(-?\d+)\]")
_SYSTEM_IDS = ("permission", "grant_", "widget", "aerr_")


FOLDERS = ("uidumps", "uidumps-2026-12")


def folder() -> Path | None:
    """`../shared/uidumps` next to the repository's root, also for a worktree next to it."""
    root = Path(__file__).parents[2]
    found = (up / "shared" / "uidumps" for up in (root.parent, root.parent.parent))
    return next((path for path in found if path.is_dir()), None)


def recordings() -> dict[str, Path]:
    """Every recorded hierarchy of both folders by its name; empty where they are missing."""
    shared = path.parent if (path := folder()) else None
    files = (file for name in FOLDERS for file in (shared / name).glob("*.xml")) if shared else ()
    return {file.stem: file for file in sorted(files)}


def dump(name: str) -> bytes:
    """One recorded hierarchy; skips the test, visibly, where the recordings are missing."""
    found = recordings()
    if not found:
        pytest.skip("the recorded hierarchies (../shared/uidumps) are not on this machine")
    return found[name].read_bytes()


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
    """Every resource id changes, those that the data files name only if `stable` is set; Android's own stay."""
    known = {name for names in app.ids.values() for name in names} | below()

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


def stretch(xml: bytes, width: int, height: int) -> bytes:
    """The same screen in another shape, also in landscape."""
    tree = parse(xml)
    right, down = width / tree.width, height / tree.height

    def change(node: ElementTree.Element) -> None:
        match = _BOUNDS.fullmatch(str(node.get("bounds") or ""))
        if match:
            box = [round(int(part) * by) for part, by in zip(match.groups(), (right, down) * 2, strict=True)]
            node.set("bounds", "[{},{}][{},{}]".format(*box))
        for name, size in (("width", width), ("height", height)):
            if node.get(name):
                node.set(name, str(size))

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


def rename_classes(xml: bytes) -> bytes:
    """Boxes and texts have an app's own classes, as obfuscation leaves them."""

    def change(node: ElementTree.Element) -> None:
        name = str(node.get("class") or "").rpartition(".")[2]
        if name.endswith(("Layout", "ViewGroup")) or name in ("View", "TextView"):
            node.set("class", f"X.0{sum(map(ord, name)) % 97}")

    return _each(xml, change)


def surround(xml: bytes) -> bytes:
    """Bars and a keyboard in their own windows, and views that say nothing around the app's, before and after it."""
    tree = parse(xml)
    width, height = tree.width, tree.height
    root = ElementTree.fromstring(xml)
    for window in list(root):
        root.remove(window)
        outer = _plain(root, str(window.get("package")), str(window.get("bounds")))
        _plain(outer, str(window.get("package")), f"[0,0][{width},{height}]")
        outer.append(window)
        _plain(outer, str(window.get("package")), f"[0,0][{width},{height}]")
    for package, desc, top, bottom in (
        ("com.android.systemui", "Battery 80 percent.", 0, height // 30),
        ("com.google.android.inputmethod.latin", "Space", height * 6 // 10, height),
        ("com.android.systemui", "Home", height - height // 20, height),
    ):
        bounds = f"[0,{top}][{width},{bottom}]"
        _plain(_plain(root, package, bounds), package, bounds, desc)
    return ElementTree.tostring(root)


def _plain(parent: ElementTree.Element, package: str, bounds: str, desc: str = "") -> ElementTree.Element:
    """A view within another; one that says something takes taps."""
    fields = {"content-desc": desc, "clickable": str(bool(desc)).lower()}
    return ElementTree.SubElement(
        parent, "node", {"class": "android.view.View", "package": package, "bounds": bounds, **fields}
    )


def reword(xml: bytes, label: str) -> bytes:
    """One label says something unknown, wherever it stands."""

    def change(node: ElementTree.Element) -> None:
        for name in ("text", "content-desc"):
            if node.get(name) == label:
                node.set(name, "Qoruvabi")

    return _each(xml, change)


def known_labels(xml: bytes, app: App) -> list[str]:
    """The labels of a recording that the tables know, without bare numbers."""
    nodes = ElementTree.fromstring(xml).iter()
    written = {str(node.get(name) or "") for node in nodes for name in ("text", "content-desc")}
    lexicons = (app.lexicon, load("android").lexicon)
    return sorted(
        label for label in written if any(map(str.isalpha, label)) and any(one.meanings(label) for one in lexicons)
    )


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
    """A label of the other language that means the most of what this one does; a number stays one."""
    if not any(map(str.isalpha, written)):
        return None
    for source in (app, load("android")):
        meant = {meaning for meaning, _ in source.lexicon.meanings(written)}
        words = [word for meaning in sorted(meant) for word in source.labels[meaning].get(language, ())]
        if words:
            shared = {word: len(meant & {name for name, _ in source.lexicon.meanings(word)}) for word in words}
            best = [word for word in dict.fromkeys(words) if shared[word] == max(shared.values())]
            number = re.search(r"\d[\d.,]*[KM]?", written)
            label = best[sum(map(ord, written)) % len(best)]
            return label.replace("#", number.group(0) if number else "3").replace("*", "togu")
    return None


def _each(xml: bytes, change: Callable[[ElementTree.Element], None]) -> bytes:
    root = ElementTree.fromstring(xml)
    for node in root.iter():
        change(node)
    return ElementTree.tostring(root)
