"""The documentation page in a real browser: whole, readable, and text stays text (promise S12)."""

from playwright.sync_api import Page

from drover_shim.openapi import document
from drover_shim.routes import ROUTES
from tests.browser.conftest import errors_of
from tests.support.control import FakeDaemon
from tests.support.rest import Rest

EVIL = "<img src=x onerror=\"document.title='pwned'\"><script>document.title='pwned'</script>"
POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def open_docs(page: Page, rest: Rest) -> None:
    answer = page.goto(f"http://127.0.0.1:{rest.port}/docs")
    assert answer is not None
    assert answer.status == 200
    page.wait_for_selector("body[data-ready]")


def test_the_docs_show_every_route_and_load_nothing_from_elsewhere(page: Page, rest: Rest) -> None:
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]) if "://" in request.url else None)
    open_docs(page, rest)
    count = sum(len(methods) for methods in document(ROUTES)["paths"].values())
    assert page.locator("details").count() == count
    assert hosts == {f"127.0.0.1:{rest.port}"}
    page.locator("#task_create_post summary").click()
    shown = page.locator("#task_create_post").inner_text()
    assert "script_name *" in shown
    assert "created_count" in shown
    assert errors_of(page) == []


def test_s12_texts_of_phones_are_shown_as_text(page: Page, rest: Rest, fake: FakeDaemon) -> None:
    fake.model.add_device("evil", reason=EVIL, note=EVIL, tags=[EVIL])
    open_docs(page, rest)
    page.locator("#device_list_devices_get summary").click()
    page.locator("#device_list_devices_get button").click()
    output = page.locator("#device_list_devices_get pre")
    output.get_by_text("onerror").wait_for()
    assert "<img src=x onerror=" in output.inner_text()
    assert page.locator("main img, main script, main iframe").count() == 0
    assert page.title() == "Drover API"
    assert errors_of(page) == []


def test_s12_the_policy_lets_no_inline_script_run_and_no_page_frame_it(page: Page, rest: Rest) -> None:
    for path in ("/docs", "/docs/docs.js", "/docs/docs.css"):
        headers = {name.lower(): value for name, value in rest.send("GET", path).headers.items()}
        assert headers["content-security-policy"] == POLICY
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
    html = rest.send("GET", "/docs").body.decode()
    assert "<style" not in html
    assert html.count("<script") == html.count("<script src=")
    open_docs(page, rest)
    page.evaluate("html => document.body.insertAdjacentHTML('beforeend', html)", EVIL)
    page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = \"document.title='pwned'\"; "
        "document.body.append(s); }"
    )
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 100)))")
    assert page.title() == "Drover API"
    assert any("Content Security Policy" in error for error in errors_of(page))


def test_a_token_is_asked_for_on_the_page_and_kept_out_of_the_url(page: Page, rest: Rest) -> None:
    sent: list[tuple[str, str | None]] = []
    page.on("request", lambda request: sent.append((request.url, request.headers.get("authorization"))))
    open_docs(page, rest)
    page.fill("#token", "t0ken-of-the-owner")
    page.locator("#task_get_get summary").click()
    page.fill("#task_get_get input", "7")
    page.locator("#task_get_get button").click()
    page.locator("#task_get_get pre").get_by_text("40401").wait_for()
    assert sent[-1] == (f"http://127.0.0.1:{rest.port}/api/v1/task/7", "Bearer t0ken-of-the-owner")
    assert "t0ken" not in page.url
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
