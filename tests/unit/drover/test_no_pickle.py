"""The wire is msgpack with a version, and nothing that runs code when it is read (promise S25)."""

import re
from pathlib import Path

import pytest

from drover.wire.codec import PROTOCOL_VERSION
from drover.wire.control import REQUESTS, Hello, Request
from drover.wire.worker import FROM_WORKER, WorkerHello

ROOT = Path(__file__).parents[3]
SOURCES = [path for room in ("daemon", "shim", "ctl", "contrib") for path in sorted((ROOT / room).rglob("*.py"))]
FORBIDDEN = re.compile(
    r"\b(?:pickle|cPickle|dill|cloudpickle|marshal|shelve|recv_pyobj|send_pyobj|jsonpickle)\b"
    r"|\byaml\.(?:load|unsafe_load)\b|(?<![\w.])(?:eval|exec)\("
)
CLAIMS = re.compile(r"\b(?:os\.system|os\.popen|shell=True)\b")


def test_s25_nothing_unpickles_or_evaluates() -> None:
    assert len(SOURCES) > 150
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in SOURCES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if FORBIDDEN.search(line.partition("#")[0])
    ]
    assert found == []


def test_s15_no_host_shell_is_ever_used() -> None:
    found = [path.relative_to(ROOT) for path in SOURCES if CLAIMS.search(path.read_text(encoding="utf-8"))]
    assert found == []


@pytest.mark.parametrize("line", ["import pickle", "x = yaml.load(f)", "eval(text)", "sock.recv_pyobj()"])
def test_s25_the_search_would_find_one(line: str) -> None:
    assert FORBIDDEN.search(line)


def test_s25_both_conversations_begin_with_the_version() -> None:
    hello = REQUESTS.decode(REQUESTS.encode(Request(id=1, body=Hello(version=PROTOCOL_VERSION, client="t")))).body
    assert isinstance(hello, Hello)
    assert hello.version == PROTOCOL_VERSION
    said = WorkerHello(version=PROTOCOL_VERSION, boot_id="b", serial="s", incarnation=1, pid=1)
    assert FROM_WORKER.decode(FROM_WORKER.encode(said)) == said
