"""The page of `droverctl device inspect` in a real Chromium: pointing both ways, and phones that say markup."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page

from drover_ctl.inspection import page as make_page

EVIL = "<img src=x onerror=\"document.title='owned'\"></script><script>document.title='owned'</script><!--"
WIDTH, HEIGHT = 400, 800
HIERARCHY = f"""<?xml version='1.0'?>
<hierarchy rotation="0">
 <node class="android.widget.FrameLayout" bounds="[0,0][400,800]" package="com.app">
  <node class="android.widget.Button" text="Follow" content-desc="Follow mina" resource-id="com.app:id/follow"
        clickable="true" bounds="[40,600][360,680]"/>
  <node class="android.widget.TextView" text="{EVIL.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")}"
        bounds="[0,0][400,80]"/>
 </node>
</hierarchy>""".encode()


def picture() -> bytes:
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    ImageDraw.Draw(image).rectangle((40, 600, 360, 680), fill="#e11d48")
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[tuple[Page, list[str]]]:
    """The page, and every error, dialog and request other than the file itself."""
    file = tmp_path / "inspect.html"
    file.write_text(make_page(f"R58M1 {EVIL}", picture(), HIERARCHY), encoding="utf-8")
    context = browser.new_context(viewport={"width": 1100, "height": 900})
    page = context.new_page()
    bad: list[str] = []
    page.on("pageerror", lambda error: bad.append(str(error)))
    page.on("console", lambda message: bad.append(message.text) if message.type == "error" else None)
    page.on("dialog", lambda dialog: bad.append(dialog.message))
    page.on("request", lambda request: bad.append(request.url) if request.url.startswith(("http", "file")) else None)
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-ready]")
    assert bad.pop(0) == file.as_uri()
    yield page, bad
    context.close()


def test_s12_texts_of_a_phone_stay_text_on_the_saved_page(opened: tuple[Page, list[str]]) -> None:
    page, bad = opened
    assert page.title() == f"R58M1 {EVIL}"
    assert page.locator("img").count() == 1
    assert page.locator("script").count() == 2
    page.locator(".row", has_text="onerror").click()
    assert page.locator("#facts td").first.inner_text() == EVIL
    assert page.locator("#facts img").count() == 0
    assert bad == []
    # And were some of it ever to become script, the page's own policy would not let it run.
    page.evaluate(
        "() => { const made = document.createElement('script'); made.textContent = 'document.title = 1'; "
        "document.body.append(made); }"
    )
    assert page.title() != "1"
    assert any("Content Security Policy" in text for text in bad)


def test_pointing_at_the_picture_shows_the_node_and_back(opened: tuple[Page, list[str]]) -> None:
    page, bad = opened
    shot = page.locator("#shot img")
    frame = shot.bounding_box()
    assert frame is not None
    scale = frame["width"] / WIDTH
    page.mouse.move(frame["x"] + 200 * scale, frame["y"] + 640 * scale)
    row = page.locator(".row.hot")
    assert "Button “Follow” #follow" in row.inner_text()
    assert "com.app:id/follow" in page.locator("#facts").inner_text()
    page.locator(".row", has_text="FrameLayout").hover()
    box = page.locator("#hot").bounding_box()
    assert box is not None
    assert box["width"] == pytest.approx(frame["width"], abs=3)
    page.locator(".row", has_text="Button").hover()
    box = page.locator("#hot").bounding_box()
    assert box is not None
    assert box["y"] - frame["y"] == pytest.approx(600 * scale, abs=3)
    assert box["height"] == pytest.approx(80 * scale, abs=3)
    assert bad == []


def test_selectors_are_copied_and_the_tree_is_filtered(opened: tuple[Page, list[str]]) -> None:
    page, bad = opened
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator(".row", has_text="Button").click()
    names = page.locator("#facts th").all_inner_texts()
    assert names[:5] == ["text", "description", "resource-id", "class", "bounds"]
    page.locator("#facts tr", has_text="resource-id").get_by_role("button").click()
    page.wait_for_selector("#facts button:has-text('copied')")
    assert page.evaluate("navigator.clipboard.readText()") == "com.app:id/follow"
    page.locator("#filter").fill("follow mina")
    assert page.locator(".row:not(.off)").count() == 1
    assert bad == []
