"""What answers never hold and requests never reach: traces, paths, other files, other phones (S11, S14, S16)."""

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from drover.wire.control import CreateTasks
from drover.wire.faults import Code, RequestError
from drover.wire.tasks import Status
from drover_shim.routes import ROUTES
from tests.contract.rest.test_codes import FOLLOW, INVALID, METHODS
from tests.contract.rest.test_guard import paths_of
from tests.support.control import FakeDaemon
from tests.support.rest import Reply, Rest

A = "127.0.0.1:5555"
LEAK = re.compile(
    r"Traceback|File \"|line \d+, in |site-packages|\.py\b|(?<![\w/:.])/(?:home|root|tmp|usr|var|etc|opt|work|srv|run)/"
)
BROKEN = [ValueError("/root/secret.py"), KeyError("/tmp/x"), OSError(13, "no", "/etc/shadow"), RecursionError()]


def test_s11_no_refusal_holds_a_trace_or_a_path(rest: Rest, fake: FakeDaemon) -> None:
    refused: list[Reply] = [rest.post("/task", {**FOLLOW, **change}) for change, _ in INVALID]
    paths = [path for _, path in paths_of(ROUTES) if "/events" not in path]
    refused += [rest.send(method, path) for method in METHODS if method != "HEAD" for path in paths]
    for body in (b"{", b"\xff", b"[" * 99, b'{"a": 1, "a": 2}'):
        refused.append(rest.send("POST", "/api/v1/task", body=body, headers={"Content-Type": "application/json"}))
    fake.model.refuse = RequestError(Code.UNAVAILABLE, "the disk is full")
    refused += [rest.send(method, path) for method, path in paths_of(ROUTES) if "/events" not in path]
    fake.stop()
    refused += [rest.send(method, path) for method, path in paths_of(ROUTES)]
    failed = [reply for reply in refused if reply.status >= 400]
    assert len(failed) > 100
    for reply in failed:
        assert not LEAK.search(reply.body.decode()), reply.body


@pytest.mark.parametrize("error", BROKEN, ids=repr)
def test_s11_whatever_a_handler_raises_stays_in_the_log(
    rest: Rest, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def explode(*_: object, **__: object) -> Any:
        raise error

    monkeypatch.setattr("drover_shim.view.View.of", explode)
    monkeypatch.setattr("drover_shim.routes.tasks.read_new_task", explode)
    asked = [rest.get(path) for path in ("/device", "/task/stats", "/healthz")]
    for reply in (*asked, rest.post("/task", FOLLOW)):
        assert reply.code == 50001
        assert not LEAK.search(reply.body.decode())


def test_s11_the_search_would_find_a_leak() -> None:
    for text in ('File "/work/x.py", line 3, in f', "cannot open /tmp/drv/control.sock", "Traceback (most recent"):
        assert LEAK.search(text)
    assert not LEAK.search("there is no route /task; the API's are under /api/v1/")


OUTSIDE = [
    "../secret.txt",
    "..%2fsecret.txt",
    "%2e%2e%2fsecret.txt",
    "....//secret.txt",
    "/etc/passwd",
    "%2fetc%2fpasswd",
    "..\\secret.txt",
    ".",
    "..",
    "%00",
    "proof.png%00.txt",
    "proof.png/../../secret.txt",
    "log.txt",
    "C:\\secret.txt",
    "x" * 5000,
]


@pytest.fixture
def with_artifact(rest: Rest, fake: FakeDaemon, tmp_path: Path) -> int:
    """A task with one artifact, beside a secret."""
    (task_id,) = rest.post("/task", FOLLOW).data["task_ids"]
    folder = fake.model.folder
    assert folder is not None
    (folder / "1-proof.png").write_bytes(b"\x89PNG the proof")
    (folder.parent / "secret.txt").write_text("secret")
    (folder / "secret.txt").write_text("secret")
    fake.model.change(task_id, status=Status.COMPLETED, evidence=["1-proof.png"])
    return int(task_id)


@pytest.mark.parametrize("name", OUTSIDE)
def test_s14_no_other_name_than_the_tasks_own_leads_to_a_file(rest: Rest, with_artifact: int, name: str) -> None:
    reply = rest.get(f"/task/{with_artifact}/artifact/{name}")
    assert reply.code in (40401, 40001)
    assert b"secret" not in reply.body.replace(quote(name).encode(), b"").replace(b"secret.txt", b"")


def test_s14_the_tasks_own_artifact_is_sent_as_a_file_under_a_name_of_ours(rest: Rest, with_artifact: int) -> None:
    reply = rest.get(f"/task/{with_artifact}/artifact/1-proof.png")
    assert reply.body == b"\x89PNG the proof"
    assert reply.headers["Content-Disposition"] == f'attachment; filename="task-{with_artifact}-1-proof.png"'
    assert reply.headers["Content-Security-Policy"] == "sandbox"


@pytest.mark.parametrize("kind", ["link", "fifo", "folder", "missing"])
def test_s14_a_name_in_the_evidence_that_is_no_regular_file_is_not_followed(
    rest: Rest, fake: FakeDaemon, with_artifact: int, kind: str
) -> None:
    folder = fake.model.folder
    assert folder is not None
    odd = folder / "1-odd.png"
    match kind:
        case "link":
            odd.symlink_to(folder / "secret.txt")
        case "fifo":
            os.mkfifo(odd)
        case "folder":
            odd.mkdir()
        case _:
            pass
    fake.model.change(with_artifact, evidence=["1-odd.png"])
    assert rest.get(f"/task/{with_artifact}/artifact/1-odd.png").code == 40401


SERIALS = ["-s", "-", "--serial", " ", "a\nb", "a\0b", "\x1b[2J", "\x9b", "x" * 129]


@pytest.mark.parametrize("serial", SERIALS)
def test_s16_what_could_be_taken_for_an_option_is_no_serial(rest: Rest, fake: FakeDaemon, serial: str) -> None:
    assert rest.post("/task", {**FOLLOW, "serials": [serial]}).code == 40001
    assert rest.get(f"/device/{quote(serial, safe='')}").code in (40001, 40401)
    assert not [request for request in fake.requests if isinstance(request.body, CreateTasks)]


def test_s14_no_route_takes_a_file_name_from_its_caller_but_the_artifacts() -> None:
    """A new route with a name or path in it belongs into this list, and its test above or beside the media's (S13)."""
    named = {route.full_path for route in ROUTES if re.search(r"<(?:name|path|file)\w*[:>]", route.path)}
    assert named == {"/api/v1/task/<task_id>/artifact/<name>"}
