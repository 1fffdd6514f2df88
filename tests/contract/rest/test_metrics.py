"""GET /metrics as Prometheus reads it."""

from prometheus_client.parser import text_string_to_metric_families

from tests.support.control import FakeDaemon
from tests.support.raw_http import EventReader
from tests.support.rest import Rest

A = "127.0.0.1:5555"


def figures(rest: Rest) -> dict[tuple[str, tuple[str, ...]], float]:
    """Value by name and label values."""
    reply = rest.send("GET", "/metrics")
    assert reply.status == 200
    assert reply.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    families = text_string_to_metric_families(reply.body.decode())
    samples = [sample for family in families for sample in family.samples]
    return {(sample.name, tuple(sorted(sample.labels.values(), reverse=True))): sample.value for sample in samples}


def test_the_daemon_and_the_front_are_counted(rest: Rest, fake: FakeDaemon) -> None:
    rest.post("/task", {"serials": [A], "script_name": "follow", "script_config": {"target_users": ["ada", "bob"]}})
    rest.get("/task/7")
    rest.send("GET", "/api/v1/task", headers={"Origin": "http://evil.example"})
    rest.post("/account", {"username": "shop.one", "serial": A})
    rest.post("/account/shop.one/pause", {})
    rest.post(f"/device/{A}/pause", {})
    fake.model.change(1, hold="device_paused")
    reader = EventReader(rest.port)
    found = figures(rest)
    assert found["drover_accounts_paused", ("person",)] == found["drover_devices_paused", ("person",)] == 1
    assert found["drover_accounts_paused", ("captcha",)] == found["drover_devices_paused", ("failures",)] == 0
    assert found["drover_tasks_held", ()] == 1
    assert found["drover_up", ()] == 1
    assert found["drover_tasks", ("pending",)] == 2
    assert found["drover_devices", ("idle",)] == 2
    assert found["drover_adb_connected", ()] == 1
    assert found["drover_messages_dropped_total", ()] == 0
    assert found["drover_store_commits_total", ()] == found["drover_store_reads_total", ()] == 0
    assert found["drover_http_requests_total", ("POST /api/v1/task", "200")] == 1
    assert found["drover_http_requests_total", ("GET /api/v1/task/<task_id>", "404")] == 1
    assert found["drover_http_requests_total", ("refused", "403")] == 1
    assert found["drover_http_event_streams", ()] == 1
    reader.close()


def test_without_a_daemon_it_is_down_and_the_front_still_counted(rest: Rest, fake: FakeDaemon) -> None:
    rest.get("/task/stats")
    fake.stop()
    found = figures(rest)
    assert found["drover_up", ()] == 0
    assert found["drover_http_requests_total", ("GET /api/v1/task/stats", "200")] == 1
    assert not [name for name, _ in found if name == "drover_tasks"]


def test_no_serial_name_or_text_of_anybody_is_in_it(rest: Rest) -> None:
    body = {"serials": ["CANARY1"], "script_name": "follow", "script_config": {"target_users": ["canary2"]}}
    rest.post("/task", body)
    rest.get("/device/CANARY3")
    rest.get("/canary4")
    assert "canary" not in rest.send("GET", "/metrics").body.decode().lower()
