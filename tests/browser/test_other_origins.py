"""A real browser on a page of another origin: nothing is changed, nothing is read (promise S6)."""

import pytest
from playwright.sync_api import Page

from drover.policy.audit import is_audited
from drover.wire.control import AnnounceApi, CheckLicense, Hello
from tests.browser.conftest import EVIL, REBOUND
from tests.browser.sites import attack_on, site
from tests.support.control import FakeDaemon
from tests.support.rest import Rest

A = "127.0.0.1:5555"
MINE = {"serials": [A], "script_name": "follow", "script_config": {"target_user": "ada"}}


def run_attacks(page: Page, url: str) -> dict[str, object]:
    page.goto(url)
    page.wait_for_function("document.title === 'done'", timeout=40_000)
    result: dict[str, object] = page.evaluate("window.result")
    return result


@pytest.mark.parametrize("origin", [EVIL, "127.0.0.1", "localhost"], ids=["another-site", "another-port", "same-site"])
def test_s06_nineteen_attacks_of_another_origin_change_and_read_nothing(
    page: Page, rest: Rest, fake: FakeDaemon, origin: str
) -> None:
    fake.model.add_device(A, note="a secret of the owner's")
    rest.post("/task", MINE)
    before = (dict(fake.model.tasks), len(fake.model.audit), fake.model.last_event_id)
    fake.requests.clear()
    with site(attack_on(f"http://127.0.0.1:{rest.port}")) as evil:
        result = run_attacks(page, f"http://{origin}:{evil.port}/")
    assert result["tried"] == 19
    assert result["read"] == []
    assert (dict(fake.model.tasks), len(fake.model.audit), fake.model.last_event_id) == before
    assert not [request for request in fake.requests if is_audited(request.body)]
    # Not even reading got through to the daemon.
    assert {type(request.body) for request in fake.requests} <= {Hello, CheckLicense, AnnounceApi}


def test_s06_the_same_attacks_do_reach_a_server_without_a_guard(page: Page) -> None:
    """What makes the test above one that can fail."""
    with site("unguarded") as victim, site(attack_on(f"http://127.0.0.1:{victim.port}")) as evil:
        run_attacks(page, f"http://{EVIL}:{evil.port}/")
        arrived = [asked for asked in victim.asked if asked[0] == "POST"]
        assert len(arrived) >= 7
        assert ("POST", "/api/v1/task/1/stop") in arrived
        assert {"GET", "OPTIONS"} <= {method for method, _ in victim.asked}


def test_s06_a_name_that_was_rebound_to_this_machine_gets_nothing(page: Page, rest: Rest, fake: FakeDaemon) -> None:
    fake.requests.clear()
    for path in ("/docs", "/api/v1/task", "/openapi.json", "/healthz", "/metrics"):
        answer = page.goto(f"http://{REBOUND}:{rest.port}{path}")
        assert answer is not None
        assert answer.status == 403
    # From such a page everything is same-origin to the browser, so only Host gives it away.
    sent = page.evaluate(
        "task => fetch('/api/v1/task', {method: 'POST', body: task, headers: {'Content-Type': 'application/json'}})"
        ".then(answer => answer.status)",
        '{"serials": ["a"], "script_name": "follow", "script_config": {"target_user": "evil"}}',
    )
    assert sent == 403
    assert fake.model.tasks == {}


def test_s02_a_link_from_another_site_may_open_the_page_and_nothing_more(page: Page, rest: Rest) -> None:
    with site(attack_on(f"http://127.0.0.1:{rest.port}")) as evil:
        page.goto(f"http://{EVIL}:{evil.port}/")
        page.click("#link")
        page.wait_for_selector("body[data-ready]")
        assert page.title() == "Drover API"
        page.goto(f"http://{EVIL}:{evil.port}/")
        page.evaluate("url => { location.href = url }", f"http://127.0.0.1:{rest.port}/api/v1/task")
        page.wait_for_url("**/api/v1/task")
        assert '"code":40302' in page.content()
