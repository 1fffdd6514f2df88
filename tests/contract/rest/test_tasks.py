"""The task routes of the compatible API over real HTTP."""

from datetime import UTC, datetime

import pytest

from drover.wire.control import PutAccount
from drover.wire.tasks import Effect, Reason, Status
from tests.support.control import FakeDaemon
from tests.support.rest import Rest

A, B = "127.0.0.1:5555", "R58M123ABC"
FOLLOW = {"serials": [A], "script_name": "follow", "script_config": {"target_users": ["ada"]}}

TASK_FIELDS = {
    *("id", "serial", "username", "script_name", "script_config", "script_args", "status", "status_text", "remark"),
    *("source", "start_time", "end_time", "created_at", "scheduled_at", "retry_count", "max_retry_count", "reason"),
    *("effect", "retry_safe", "attempt", "phase", "progress", "step", "evidence", "group_id", "priority", "hold"),
    *("media", "account"),
}


def test_create_makes_a_task_for_each_user_and_device(rest: Rest) -> None:
    config = {"target_users": ["ada", "@bob", "eve.x"]}
    data = rest.post("/task", {"serials": [A, B], "script_name": "follow", "script_config": config}).data
    assert data["created_count"] == 6
    assert len(set(data["task_ids"])) == 6


def test_a_task_has_exactly_the_documented_fields(rest: Rest, fake: FakeDaemon) -> None:
    task_id = rest.post("/task", FOLLOW).data["task_ids"][0]
    fake.model.change(
        task_id,
        status=Status.FAILED,
        reason=Reason.NEEDS_HUMAN,
        start_time=datetime(2026, 7, 1, 10, 0, tzinfo=UTC),
        end_time=datetime(2026, 1, 1, 23, 30, 5, tzinfo=UTC),
    )
    task = rest.get(f"/task/{task_id}").data
    assert set(task) == TASK_FIELDS
    assert task["script_args"] == '{"target_user":"ada","access_method":"direct"}'
    assert task["script_config"] == {"target_user": "ada", "access_method": "direct"}
    assert (task["status"], task["status_text"], task["reason"]) == (3, "failed", "needs_human")
    # The daemon's zone is Europe/Paris: two hours ahead in July, one in January.
    assert task["start_time"] == "2026-07-01 12:00:00"
    assert task["end_time"] == "2026-01-02 00:30:05"
    assert task["scheduled_at"] is None
    assert task["source"] == "api"


@pytest.mark.parametrize(
    "config",
    [
        {"target_user": "ada,bob"},
        {"target_user": "ada\n@bob"},
        {"target_username": "ada, bob"},
        {"target_users": ["ada", "bob"], "target_user": "other"},
        {"target_users": ["ada", "bob"], "access_method": "search"},
        {"target_users": ["ada", "bob"], "target_user": None, "access_method": None},
    ],
)
def test_every_spelling_of_targets(rest: Rest, config: dict[str, object]) -> None:
    assert rest.post("/task", {**FOLLOW, "script_config": config}).data["created_count"] == 2


def test_older_clients_may_send_extras_and_nulls(rest: Rest) -> None:
    extras = {"usernames": None, "start_time": None, "enable_multi_account": None, "min_interval": None, "debug": [1]}
    assert rest.post("/task", {**FOLLOW, **extras}).data["created_count"] == 1


def test_usernames_decide_over_serials(rest: Rest, fake: FakeDaemon) -> None:
    fake.model.answer(PutAccount(username="shop.one", serial=B))
    created = rest.post("/task", {**FOLLOW, "usernames": ["@shop.one"]}).data["task_ids"]
    task = rest.get(f"/task/{created[0]}").data
    assert (task["serial"], task["username"]) == (B, "shop.one")


def test_list_filters_and_pages_newest_first(rest: Rest, fake: FakeDaemon) -> None:
    for serial in (A, B, A):
        rest.post("/task", {**FOLLOW, "serials": [serial]})
    fake.model.change(3, status=Status.COMPLETED)
    assert [task["id"] for task in rest.get("/task").data["tasks"]] == [3, 2, 1]
    assert [task["id"] for task in rest.get(f"/task?serial={A}&status=0").data["tasks"]] == [1]
    page = rest.get("/task?page=2&page_size=2&source=api&script_name=follow&status=").data
    assert (page["total"], page["page"], page["page_size"], len(page["tasks"])) == (3, 2, 2, 1)
    assert rest.get("/task?source=ui").data["total"] == 0


def test_stats(rest: Rest, fake: FakeDaemon) -> None:
    rest.post("/task", {**FOLLOW, "serials": [A, B]})
    fake.model.change(1, status=Status.RUNNING)
    assert rest.get("/task/stats").data == {"total": 2, "pending": 1, "running": 1, "completed": 0, "failed": 0}


def test_stop_then_retry_keeps_the_id(rest: Rest) -> None:
    task_id = rest.post("/task", FOLLOW).data["task_ids"][0]
    stopped = rest.post(f"/task/{task_id}/stop").data
    assert (stopped["status"], stopped["reason"]) == (3, "stopped")
    assert rest.post(f"/task/{task_id}/stop").code == 40901
    retried = rest.post(f"/task/{task_id}/retry").data
    assert (retried["id"], retried["status"], retried["retry_count"]) == (task_id, 0, 1)
    assert rest.post(f"/task/{task_id}/retry").code == 40901


def test_retry_of_an_unknown_outcome_needs_force(rest: Rest, fake: FakeDaemon) -> None:
    task_id = rest.post("/task", FOLLOW).data["task_ids"][0]
    fake.model.change(task_id, status=Status.FAILED, effect=Effect.UNKNOWN, reason=Reason.OUTCOME_UNKNOWN)
    refused = rest.post(f"/task/{task_id}/retry")
    assert refused.code == 40901
    assert refused.envelope["data"] == {"effect": "unknown"}
    assert rest.post("/task/retry-all").data == {"retried_count": 0, "skipped": [task_id]}
    assert rest.post(f"/task/{task_id}/retry", {"force": "yes"}).code == 40001
    assert rest.post(f"/task/{task_id}/retry", {"force": True}).data["status"] == 0


def test_delete_one_and_many(rest: Rest) -> None:
    rest.post("/task", {**FOLLOW, "serials": [A, B]})
    assert rest.send("DELETE", "/api/v1/task/1").data == {"deleted_count": 1}
    assert rest.send("DELETE", "/api/v1/task/1").code == 40401
    batch = rest.json("DELETE", "/task/batch", {"task_ids": [1, 2, 77, 2]}).data
    assert batch == {"deleted_count": 1, "not_found": [1, 77]}


def test_idempotency_key(rest: Rest) -> None:
    headers = {"Idempotency-Key": "k-1"}
    first = rest.json("POST", "/task", FOLLOW, headers).data
    again = rest.json("POST", "/task", dict(reversed(FOLLOW.items())), headers).data
    assert again == first
    assert rest.get("/task").data["total"] == 1
    assert rest.json("POST", "/task", {**FOLLOW, "serials": [B]}, headers).code == 40901
    assert rest.json("POST", "/task", FOLLOW, {"Idempotency-Key": "k" * 256}).code == 40001


def test_log_is_text_and_says_where_to_go_on(rest: Rest, fake: FakeDaemon) -> None:
    task_id = rest.post("/task", FOLLOW).data["task_ids"][0]
    text = "".join(f"line {number}: opened\n" for number in range(40))
    fake.model.logs[task_id] = text
    whole = rest.get(f"/task/{task_id}/log")
    assert whole.body.decode() == text
    assert whole.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert (whole.headers["X-Log-Next-Offset"], whole.headers["X-Log-Ended"]) == (str(len(text)), "false")
    fake.model.change(task_id, status=Status.COMPLETED)
    rest_of_it = rest.get(f"/task/{task_id}/log?offset=100")
    assert rest_of_it.body.decode() == text[100:]
    assert rest_of_it.headers["X-Log-Ended"] == "true"
    assert rest.get("/task/99/log").code == 40401


def test_artifacts_by_their_own_names_only(rest: Rest, fake: FakeDaemon) -> None:
    task_id = rest.post("/task", FOLLOW).data["task_ids"][0]
    assert fake.model.folder is not None
    (fake.model.folder / "screen-1.png").write_bytes(b"\x89PNG rest")
    (fake.model.folder / "secret.txt").write_bytes(b"not evidence")
    fake.model.change(task_id, evidence=["screen-1.png", "gone.png"])
    found = rest.get(f"/task/{task_id}/artifact/screen-1.png")
    assert (found.status, found.body, found.headers["Content-Type"]) == (200, b"\x89PNG rest", "image/png")
    assert found.headers["X-Content-Type-Options"] == "nosniff"
    for name in ("secret.txt", "gone.png", "..", "%2e%2e%2fsecret.txt", ".hidden", "a" * 300):
        missing = rest.get(f"/task/{task_id}/artifact/{name}")
        assert missing.code == 40401, name
        assert str(fake.model.folder) not in missing.message


def test_devices_licence_health_and_accounts(rest: Rest, fake: FakeDaemon) -> None:
    fake.model.answer(PutAccount(username="shop.one", serial=B))
    assert rest.get("/license/check").data == {
        "plan_name": "Pro",
        "api_enabled": True,
        "device_limit": 20,
        "message": "API access enabled",
    }
    devices = rest.get("/device").data
    assert [device["serial"] for device in devices["devices"]] == [A, B]
    device = rest.get(f"/device/{A}").data
    assert (device["state"], device["battery"], device["queue_length"]) == ("idle", 81, 0)
    assert rest.get("/device/unknown").code == 40401
    health = rest.get("/healthz").data
    assert (health["status"], health["adb_connected"]) == ("ok", True)
    assert rest.send("GET", "/healthz").data == health
    assert rest.get("/account").data["accounts"][0]["username"] == "shop.one"


def test_trailing_slashes_and_head(rest: Rest) -> None:
    assert rest.get("/task/").code == 0
    assert rest.post("/task/", FOLLOW).code == 0
    head = rest.send("HEAD", "/api/v1/task")
    assert (head.status, head.body) == (200, b"")
    assert int(head.headers["Content-Length"]) > 0


def test_r22_held_tasks_are_released_by_id_or_all(rest: Rest, fake: FakeDaemon) -> None:
    ids = [rest.post("/task", FOLLOW).data["task_ids"][0] for _ in range(4)]
    for task_id in ids[:3]:
        fake.model.change(task_id, hold="restored", remark="held: a backup was restored")
    assert rest.get(f"/task/{ids[0]}").data["hold"] == "restored"
    done = rest.post("/task/release", {"task_ids": [ids[0], ids[3], 99999]})
    assert done.data == {"released_count": 1, "looking_count": 1, "not_held": [ids[3]], "not_found": [99999]}
    assert rest.post("/task/release", {"all": True}).data["released_count"] == 2
    assert rest.get(f"/task/{ids[2]}").data["hold"] == ""


@pytest.mark.parametrize("body", [{}, {"all": False}, {"task_ids": []}, {"task_ids": [1], "all": True}])
def test_r22_a_release_says_which(rest: Rest, body: dict[str, object]) -> None:
    refused = rest.post("/task/release", body)
    assert (refused.code, refused.message.startswith("task_ids: ")) == (40001, True)


def test_release_is_no_task(rest: Rest) -> None:
    assert rest.get("/task/release").code == 40501


@pytest.mark.parametrize(("asked", "answered"), [("500", 100), ("100", 100), ("101", 100), ("7", 7), ("", 20)])
def test_case_c12_a_page_size_beyond_the_most_is_clamped_and_the_answer_says_so(
    rest: Rest, asked: str, answered: int
) -> None:
    for path in ("/task", "/material"):
        found = rest.get(f"{path}?page_size={asked}")
        assert (found.code, found.data["page_size"]) == (0, answered)


def test_case_c12_an_empty_start_time_is_none(rest: Rest) -> None:
    (task_id,) = rest.post("/task", {**FOLLOW, "start_time": ""}).data["task_ids"]
    assert rest.get(f"/task/{task_id}").data["scheduled_at"] is None
    assert rest.post("/task", {**FOLLOW, "start_time": " "}).code == 40001
