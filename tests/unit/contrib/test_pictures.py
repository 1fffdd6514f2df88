"""The pictures of the documentation: they agree with the code they are drawn from, and nothing lies over anything."""

import re
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

import pytest

from drover_pictures import demo, processes
from drover_pictures.__main__ import DRAWN_FROM_CODE, FOLDER, ROOT
from drover_pictures.layout import Size, place
from drover_pictures.source import Source, SourceError

SVG: Final = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def source() -> Source:
    return Source(ROOT)


@pytest.mark.parametrize("name", DRAWN_FROM_CODE)
def test_a_picture_agrees_with_the_code(name: str, source: Source) -> None:
    drawn = DRAWN_FROM_CODE[name](source)
    assert (FOLDER / f"{name}.svg").read_text() == drawn, "the code has changed: .venv/bin/python -m drover_pictures"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.svg")), ids=lambda path: path.stem)
def test_a_picture_is_whole_and_loads_nothing(path: Path) -> None:
    root = ElementTree.fromstring(path.read_text())
    assert root.find(f"{SVG}title") is not None
    links = [value for node in root.iter() for name, value in node.attrib.items() if name.endswith("href")]
    assert all(link.startswith("data:image/png;base64,") for link in links)
    assert path.stat().st_size < 150_000


def test_a_package_without_a_layer_is_an_error(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    stranger = replace(source.module("drover.logs"), name="drover.stranger")
    monkeypatch.setitem(source.modules, "drover.stranger", stranger)
    with pytest.raises(SourceError, match=r"drover\.stranger is in no layer"):
        DRAWN_FROM_CODE["packages"](source)


def test_a_process_that_the_picture_lacks_is_an_error(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "NODES", tuple(node for node in processes.NODES if node.title != "probe"))
    with pytest.raises(SourceError, match=r"drover\.media\.inspector has subprocess\.Popen"):
        processes.draw(source)


def test_a_statement_that_the_code_no_longer_makes_is_an_error(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = processes.Proof(module="drover.config", says=50810)
    monkeypatch.setattr(processes, "LINKS", (processes.Link(points=(), says=(), at=(0, 0), proofs=(wrong,)),))
    with pytest.raises(SourceError, match=r"drover\.config has no 50810"):
        processes.draw(source)


def test_boxes_do_not_overlap_and_arrows_lead_down_past_them() -> None:
    rows = [["a", "b"], ["c", "d", "e"], ["f"], ["g", "h"]]
    sizes = {name: Size(width=100 + 10 * number, height=40) for number, name in enumerate("abcdefgh")}
    edges = [("a", "d"), ("b", "c"), ("a", "h"), ("b", "g"), ("e", "f"), ("f", "g"), ("c", "h"), ("g", "h")]
    placed = place(rows, sizes, edges)
    for one, other in combinations(sizes, 2):
        (x, y), (u, v) = placed.corners[one], placed.corners[other]
        assert x + sizes[one].width <= u or u + sizes[other].width <= x or y + 40 <= v or v + 40 <= y, (one, other)
    for edge, points in placed.arrows.items():
        assert points == sorted(points, key=lambda point: point[1]), edge
        for x, y in points[1:-1]:
            inside = [n for n, (u, v) in placed.corners.items() if u < x < u + sizes[n].width and v < y < v + 40]
            assert inside == [], edge


def test_an_arrow_upward_is_refused() -> None:
    sizes = {name: Size(width=10, height=10) for name in "ab"}
    with pytest.raises(ValueError, match="b imports a"):
        place([["a"], ["b"]], sizes, [("b", "a")])


def test_the_demos_picture_has_its_lines_in_its_colours() -> None:
    printed = (
        "\x1b[1m1\x1b[0m  a real adb server ... on port 1\n\x1b[1m4\x1b[0m  tasks, through REST:\n   curl\n"
        "\x1b[3m  Results \x1b[0m\n│ 1 │ \x1b[32mcompleted\x1b[0m │\n"
        "\x1b[32m1 of 1 completed; 1 effects happened exactly once\x1b[0m\nEvidence\n"
    )
    lines = demo.excerpt(printed)
    assert [line.plain.strip() for line in lines][1:] == [
        *("Results", "│ 1 │ completed │", "1 of 1 completed; 1 effects happened exactly once")
    ]
    drawn = demo.picture(lines, [])
    assert re.search(r'fill="#56d364"[^>]*>completed<', drawn)
    assert "curl" not in drawn
    assert "Evidence" not in drawn


def test_a_demo_that_failed_is_not_drawn() -> None:
    with pytest.raises(demo.DemoError, match="no line with"):
        demo.excerpt("1  a real adb server ...\na task was refused\n")
