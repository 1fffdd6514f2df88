"""A real headless Chromium (Debian's), and the shim that it visits. Without Chromium these tests skip, and say so."""

import gc
import os
import shutil
import warnings
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.support.control import FakeDaemon
from tests.support.daemon_fixtures import fake, model, short_dir
from tests.support.rest import Rest, running_shim

__all__ = ["fake", "model", "short_dir"]

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
EVIL, REBOUND = "evil.example", "rebound.example"
FLAGS = [
    "--no-sandbox",  # tests run as root; the pages are our own
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Names of other sites, without a resolver: one that attacks, and one that was made to point here (rebinding).
    f"--host-resolver-rules=MAP {EVIL} 127.0.0.1, MAP {REBOUND} 127.0.0.1",
]


@pytest.fixture(scope="module")  # while Playwright is open its event loop runs in this thread: no longer than needed
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed (apt-get install chromium, or CHROMIUM=/path)")
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        yield chromium
        chromium.close()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # Playwright leaves the pipes of its driver to the collector
        gc.collect()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page with an empty profile; `errors_of` tells what went wrong in it."""
    context = browser.new_context(viewport={"width": 1100, "height": 900})
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda message: errors.append(message.text) if _is_error(message) else None)
    opened.on("dialog", lambda dialog: errors.append(f"dialog: {dialog.message}"))
    setattr(opened, "drover_errors", errors)  # noqa: B010 - playwright's type does not know it
    yield opened
    context.close()


def errors_of(page: Page) -> list[str]:
    """Errors, refused loads and dialogs of the page so far."""
    found: list[str] = getattr(page, "drover_errors")  # noqa: B009
    return found


def _is_error(message: ConsoleMessage) -> bool:
    return message.type == "error"


@pytest.fixture
def rest(fake: FakeDaemon) -> Iterator[Rest]:
    with running_shim(fake.path) as client:
        yield client
