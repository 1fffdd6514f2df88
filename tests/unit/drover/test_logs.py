"""Log lines: what phones and clients say cannot drive a terminal or forge a line (promise S18)."""

import json
import logging
import re
from collections.abc import Iterator
from typing import Literal

import pytest
import structlog

from drover import logs

EVIL = "x\x1b[2J\x1b]0;title\x07\x9b31m\r\u202eevil\u2066\x00\n2026-01-01 [error] forged=1"
DANGEROUS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture
def restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.usefixtures("restored")
@pytest.mark.parametrize("log_format", ["text", "json"])
def test_s18_no_line_holds_what_a_terminal_obeys(
    log_format: Literal["text", "json"], capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("info", log_format)
    structlog.get_logger("drover.test").warning("device_reason", why=EVIL, names=[EVIL], pair={"a": EVIL})
    logging.getLogger("other").error("%s", EVIL)
    try:
        raise ValueError(EVIL)
    except ValueError as error:
        structlog.get_logger("drover.test").error("failed", exc_info=error)
    printed = capsys.readouterr().err
    assert not DANGEROUS.search(printed), repr(printed)
    assert not [
        line for line in printed.splitlines() if line.startswith("2026-01-01 [error] forged") and "xevil" in line
    ]
    assert len([line for line in printed.splitlines() if "device_reason" in line or "forged=1" in line]) >= 2
    if log_format == "json":
        assert next(json.loads(line)["action"] for line in printed.splitlines()) == "device_reason"


@pytest.mark.usefixtures("restored")
def test_lines_of_a_thread_are_all_written_in_order_before_the_block_is_left(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure("info", "json")
    log = structlog.get_logger("drover.test")

    def fail_after_lines() -> None:
        with logs.in_thread():
            for number in range(200):
                log.info("counted", number=number)
            raise LookupError("on purpose")

    with pytest.raises(LookupError):
        fail_after_lines()
    log.info("afterwards", number=200)
    numbers = [json.loads(line)["number"] for line in capsys.readouterr().err.splitlines()]
    assert numbers == list(range(201))


@pytest.mark.usefixtures("restored")
def test_a_format_that_is_applied_later_keeps_the_thread(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info", "text")
    log = structlog.get_logger("drover.test")
    with logs.in_thread():
        queued = logging.getLogger().handlers
        log.info("first")
        logs.configure("info", "json")
        assert logging.getLogger().handlers == queued
        log.info("second")
    first, second = capsys.readouterr().err.splitlines()
    assert "first" in first
    assert json.loads(second)["action"] == "second"
    assert not isinstance(logging.getLogger().handlers[0], logs._Queued)  # pyright: ignore[reportPrivateUsage]
