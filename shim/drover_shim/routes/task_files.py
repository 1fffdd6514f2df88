"""What a task left behind: its log and its evidence. Paths stay here; a client sees names only."""

import re
import stat
from pathlib import Path
from typing import Annotated, Final

from msgspec import Meta

from drover.wire.control import ArtifactFile, FindArtifact, LogChunk, ReadTaskLog
from drover.wire.faults import Code, RequestError
from drover_shim.envelope import Answer
from drover_shim.fields import query_integer
from drover_shim.route import Call, Param, Route
from drover_shim.routes.tasks import task_id

_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_MAX_LOG_CHARS: Final = 4 * 1024 * 1024
_MAX_ARTIFACT_BYTES: Final = 64 * 1024 * 1024


def read_log(call: Call) -> Answer:
    """Plain text from `?offset=`; the headers say where to go on and whether more may come."""
    wanted = task_id(call)
    offset = query_integer(call.query, "offset", 0, 2**53) or 0
    pieces: list[str] = []
    size = 0
    while True:
        chunk = call.ask(ReadTaskLog(task_id=wanted, offset=offset), LogChunk)
        pieces.append(chunk.text)
        size += len(chunk.text)
        if chunk.next_offset <= offset or size >= _MAX_LOG_CHARS:
            break
        offset = chunk.next_offset
    headers = {"X-Log-Next-Offset": str(chunk.next_offset), "X-Log-Ended": "true" if chunk.ended else "false"}
    return Answer(status=200, body="".join(pieces).encode(), media_type="text/plain; charset=utf-8", headers=headers)


def read_artifact(call: Call) -> Answer:
    """The bytes of one piece of evidence, sent as a file: it holds what the phone showed, which is not ours to run."""
    wanted, name = task_id(call), call.args["name"]
    if not _NAME.fullmatch(name):
        raise _missing(wanted, name)
    found = call.ask(FindArtifact(task_id=wanted, name=name), ArtifactFile)
    body = read_file(Path(found.path))
    if body is None:
        raise _missing(wanted, name)
    headers = {
        "Content-Disposition": f'attachment; filename="task-{wanted}-{name}"',
        "Content-Security-Policy": "sandbox",
    }
    return Answer(status=200, body=body, media_type=found.media_type, headers=headers)


def read_file(path: Path) -> bytes | None:
    """The bytes of a file of the daemon's; None if there is none, or it is not one to send."""
    try:
        info = path.lstat()
        if not stat.S_ISREG(info.st_mode) or info.st_size > _MAX_ARTIFACT_BYTES:
            return None
        return path.read_bytes()
    except OSError:
        return None


def _missing(wanted: int, name: str) -> RequestError:
    return RequestError(Code.NOT_FOUND, f"task {wanted} has no artifact {name[:128]!r}")


ROUTES: Final = (
    Route(
        method="GET",
        path="/task/<task_id>/log",
        handler=read_log,
        threaded=True,
        answers="text/plain",
        query=(Param("offset", Annotated[int, Meta(ge=0, le=2**53)], "bytes to leave out"),),
    ),
    Route(method="GET", path="/task/<task_id>/artifact/<name>", handler=read_artifact, threaded=True, answers="*/*"),
)
