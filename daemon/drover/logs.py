"""Sets up log lines: key=value text on a terminal, JSON otherwise, one stable `action` a line. Owns no log call."""

import contextlib
import logging
import queue
import re
import sys
import threading
import time
from collections import deque
from collections.abc import Generator, MutableMapping
from datetime import UTC, datetime
from typing import Any, Final, Literal


@contextlib.contextmanager
def _not_found(package: str) -> Generator[None]:
    """Imports within this see the package, unless it is loaded already, as one that is not installed."""
    modules: dict[str, Any] = sys.modules
    hidden = modules.setdefault(package, None) is None
    try:
        yield
    finally:
        if hidden:
            del modules[package]


# structlog loads rich where it finds it, for tracebacks that we print plainly: a sixth of each process's imports.
# So this module must be the first of ours that a process imports which uses structlog; tests/unit/drover/test_lean.py.
with _not_found("rich"):
    import structlog

get_logger = structlog.get_logger

GATHER_S: Final = 0.005
"""How long a line waits for others that are written with it."""

_UNSAFE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""What a terminal obeys, and what makes a text look like another one."""


def harmless(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Texts of phones, apps and clients on one line each, without anything that a terminal would obey."""
    for key, value in line.items():
        if isinstance(value, str):
            plain = _UNSAFE.sub("", value)
            line[key] = plain if key == "exception" else plain.replace("\n", " ")
    return line


def _from_record(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Level, logger and time, which a record has already: the caller need not write them down."""
    record: logging.LogRecord = line["_record"]
    line["level"] = record.levelname.lower()
    line["logger"] = record.name
    line["timestamp"] = (
        f"{datetime.fromtimestamp(record.created, UTC).replace(tzinfo=None).isoformat('T', 'microseconds')}Z"
    )
    return line


def configure(level: str, log_format: Literal["auto", "text", "json"]) -> None:
    """Send everything, the standard library's loggers included, to standard error."""
    as_json = log_format == "json" or (log_format == "auto" and not sys.stderr.isatty())
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(pad_event_to=0, colors=sys.stderr.isatty())
    )
    handler = logging.StreamHandler(sys.stderr)
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.processors.format_exc_info],
        processors=[
            _from_record,
            harmless,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *([structlog.processors.EventRenamer("action")] if as_json else []),
            renderer,
        ],
    )
    handler.setFormatter(formatter)
    root = logging.getLogger()
    if (queued := next((one for one in root.handlers if isinstance(one, _Queued)), None)) is not None:
        queued.target = handler
    else:
        root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # What no line shows: where in the code it was logged, and by which thread, process and task.
    logging._srcfile = None  # pyright: ignore[reportPrivateUsage]
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    for chatty in ("alembic", "urllib3", "adbutils", "uiautomator2"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))
    structlog.configure(
        # An exception is put into words at once: its caller may go on and handle another one.
        processors=[structlog.processors.format_exc_info, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


@contextlib.contextmanager
def in_thread() -> Generator[None]:
    """Within the block a thread renders and writes the lines; the callers go on at once.

    Leaving it, an exception's way too, writes what is left. Only for a process that does not fork.
    """
    root = logging.getLogger()
    (target,) = root.handlers
    queued = root.handlers[0] = _Queued(target)
    thread = threading.Thread(target=queued.write, name="logs", daemon=True)
    thread.start()
    try:
        yield
    finally:
        root.handlers[:] = [queued.target]
        queued.end()
        thread.join()


class _Queued(logging.Handler):
    """Hands records on as they are: what a record holds is its own by the time that it is logged.

    Only the first of a few lines wakes the thread, since that costs more than the line.
    """

    def __init__(self, target: logging.Handler) -> None:
        super().__init__()
        self.target = target
        self._lines: deque[tuple[logging.Handler, logging.LogRecord] | None] = deque()
        self._some: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._woken = False

    def createLock(self) -> None:
        """None: the queue needs no lock."""
        self.lock = None

    def emit(self, record: logging.LogRecord) -> None:
        self._put((self.target, record))

    def end(self) -> None:
        """No line follows."""
        self._put(None)

    def _put(self, line: tuple[logging.Handler, logging.LogRecord] | None) -> None:
        self._lines.append(line)
        if not self._woken:
            self._woken = True
            self._some.put(None)

    def write(self) -> None:
        """The thread's work."""
        while True:
            self._some.get()
            if self._lines and self._lines[-1] is not None:
                time.sleep(GATHER_S)
            self._woken = False  # before the lines are taken: a line from here on wakes the thread again
            while self._lines:
                if (line := self._lines.popleft()) is None:
                    return
                handler, record = line
                handler.handle(record)
