"""A simulated display as a test looks at it and touches it: by what the dump says, not by what the model knows."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from xml.etree import ElementTree

from phonesim.apps.display import PhoneDisplay
from phonesim.contract import SEND, SEND_MULTIPLE, STREAM, Intent, MediaItem
from tests.support.gallery import Gallery

TIKTOK = "com.zhiliaoapp.musically"
SHARE = f"{TIKTOK}/com.ss.android.ugc.aweme.share.SystemShareActivity"
VIEW = "android.intent.action.VIEW"
BACK, ENTER, DEL, HOME = 4, 66, 67, 3
_BOUNDS = re.compile(r"\[(-?\d+),(-?\d+)\]\[(-?\d+),(-?\d+)\]")


class Clock:
    """Monotonic seconds that pass on request."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def pass_s(self, seconds: float) -> None:
        self.now += seconds


class EngineInMemory:
    """What of the protocol Engine no script needs, for phones of this process."""

    name = "memory"

    def screenshot(self, *, timeout_s: float) -> bytes:
        return b""

    def call(self, method: str, params: Sequence[Any], *, timeout_s: float) -> Any:
        raise AssertionError(f"no script calls {method} directly")

    def check(self, *, timeout_s: float) -> None:
        """It always answers."""

    def close(self) -> None:
        """Nothing is held."""


@dataclass(frozen=True)
class Node:
    """A node of a dump with the way up to the root."""

    attrs: dict[str, str]
    # Not in the repr: each parent has its own parents, and a failing assertion would print 2**depth of them.
    parents: "tuple[Node, ...]" = field(repr=False)

    def __getitem__(self, name: str) -> str:
        return self.attrs.get(name, "")

    @property
    def bounds(self) -> tuple[int, int, int, int]:
        match = _BOUNDS.fullmatch(self["bounds"])
        assert match is not None, self["bounds"]
        left, top, right, bottom = map(int, match.groups())
        return left, top, right, bottom

    @property
    def centre(self) -> tuple[int, int]:
        left, top, right, bottom = self.bounds
        return (left + right) // 2, (top + bottom) // 2

    @property
    def levels_to_clickable(self) -> int | None:
        """0 if the node is clickable itself, 1 if its parent is, ...; None if nothing above is."""
        for levels, node in enumerate((self, *reversed(self.parents))):
            if node["clickable"] == "true":
                return levels
        return None


def nodes_of(xml: str | bytes) -> list[Node]:
    """Every node of a dump in document order."""
    return list(_walk(ElementTree.fromstring(xml), ()))


def _walk(element: ElementTree.Element, parents: tuple[Node, ...]) -> Iterator[Node]:
    node = Node(dict(element.attrib), parents)
    if element.tag == "node":
        yield node
        parents = (*parents, node)
    for child in element:
        yield from _walk(child, parents)


class Screen:
    """One simulated phone in a test."""

    def __init__(self, language: str = "en", serial: str = "sim0001", *, width: int = 720, height: int = 1560) -> None:
        self.clock = Clock()
        self.display = PhoneDisplay(serial, seed=1, language=language, width=width, height=height, clock=self.clock)

        self.gallery = Gallery()
        self.display.use_media(self.gallery.media)

    def nodes(self) -> list[Node]:
        return nodes_of(self.display.hierarchy_xml())

    def all(self, words: str) -> list[Node]:
        """Nodes whose text or description is exactly this, trailing spaces aside."""
        return [n for n in self.nodes() if words in (n["text"].strip(), n["content-desc"].strip())]

    def one(self, words: str) -> Node:
        found = self.all(words)
        assert found, f"no {words!r} among {self.words()}"
        return found[0]

    def words(self) -> list[str]:
        return [n["text"] for n in self.nodes() if n["text"]]

    def tap(self, words: str, which: int = 0) -> None:
        self.display.tap(*self.all(words)[which].centre)

    def launch(self) -> None:
        self.display.start_activity(Intent(action="android.intent.action.MAIN", package=TIKTOK))

    def open(self, link: str) -> None:
        """Open a link and let it load."""
        self.display.start_activity(Intent(action=VIEW, data=link))
        self.clock.pass_s(0.3)

    def share(self, first: MediaItem, *others: MediaItem, **changes: Any) -> None:
        """Share files into TikTok, as `am start` does, and let it load; `changes` are fields of the intent."""
        uris = tuple(item.uri for item in (first, *others))
        intent = Intent(
            action=SEND_MULTIPLE if len(uris) > 1 else SEND,
            component=SHARE,
            mime_type="video/mp4" if first.kind == "video" else "image/jpeg",
            uris={STREAM: first.uri},
            lists={STREAM: uris},
            grants_read=True,
        )
        self.display.start_activity(replace(intent, **changes))
        self.clock.pass_s(0.3)

    def profile(self, handle: str) -> None:
        self.open(f"https://www.tiktok.com/@{handle}")

    @property
    def state(self) -> dict[str, Any]:
        return dict(self.display.state())

    @property
    def name(self) -> str:
        return str(self.state["screen"])

    def effects(self) -> list[tuple[str, str, int]]:
        return [(e["kind"], e["target"], e["count"]) for e in self.state["effects"]]

    def row(self, words: str) -> list[str]:
        """The labels next to the one that reads so, left to right: those whose centre is at the same height."""
        level = next(n for n in self.all(words) if n["resource-id"].endswith("/fmp")).centre[1]
        level_with = [n for n in self.nodes() if n["text"] and n.centre[1] == level]
        return [n["text"] for n in sorted(level_with, key=lambda n: n.bounds[0])]
