"""The compatible API's curl examples, word for word, against the real droverd and its own shim."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.adb import AdbServer
from tests.support.daemon import DroverDaemon

CURL = shutil.which("curl")
pytestmark = pytest.mark.skipif(CURL is None, reason="curl is not installed")

JSON = ("-H", "Content-Type: application/json")
FOLLOW = """{
    "serials": ["device_serial_1", "device_serial_2"],
    "script_name": "follow",
    "script_config": {
      "target_users": ["@user1", "@user2", "@user3"],
      "access_method": "search"
    },
    "enable_multi_account": false,
    "min_interval": 1,
    "max_interval": 3,
    "start_time": "14:30"
  }"""


@pytest.fixture(scope="module")
def base(adb_server: AdbServer) -> Iterator[str]:
    with DroverDaemon(adb_port=adb_server.port, api=True) as daemon:
        yield daemon.api_url().replace("127.0.0.1", "localhost").rstrip("/")


def curl(base: str, *arguments: str) -> dict[str, Any]:
    command = ["curl", "-sS", "--max-time", "20", *(argument.replace("BASE", base) for argument in arguments)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    answer: dict[str, Any] = json.loads(run.stdout)
    assert set(answer) == {"code", "message", "data"}
    return answer


def ok(base: str, *arguments: str) -> Any:
    answer = curl(base, *arguments)
    assert (answer["code"], answer["message"]) == (0, "success"), answer
    return answer["data"]


def test_the_examples_in_the_order_in_which_a_user_tries_them(base: str) -> None:
    assert ok(base, "BASE/license/check")["api_enabled"] is True

    created = ok(base, "-X", "POST", "BASE/task", *JSON, "-d", FOLLOW)
    ids = created["task_ids"]
    assert created["created_count"] == len(ids) == 6

    listed = ok(base, "BASE/task?status=0&serial=device_serial_1&script_name=follow&source=api&page=1&page_size=20")
    assert (listed["total"], listed["page"], listed["page_size"]) == (3, 1, 20)
    assert [task["id"] for task in listed["tasks"]] == sorted((task["id"] for task in listed["tasks"]), reverse=True)

    task = ok(base, f"BASE/task/{ids[0]}")
    assert (task["status"], task["status_text"]) == (0, "pending")
    assert task["scheduled_at"].endswith("14:30:00")
    assert json.loads(task["script_args"]) == task["script_config"]
    assert task["remark"]

    assert ok(base, "BASE/task/stats") == {"total": 6, "pending": 6, "running": 0, "completed": 0, "failed": 0}

    stopped = ok(base, "-X", "POST", f"BASE/task/{ids[0]}/stop")
    assert (stopped["status_text"], stopped["reason"]) == ("failed", "stopped")
    assert ok(base, "-X", "POST", f"BASE/task/{ids[0]}/retry")["retry_count"] == 1
    ok(base, "-X", "POST", f"BASE/task/{ids[0]}/stop")
    assert ok(base, "-X", "POST", "BASE/task/retry-all") == {"retried_count": 1, "skipped": []}

    assert ok(base, "-X", "DELETE", f"BASE/task/{ids[0]}") == {"deleted_count": 1}
    batch = json.dumps({"task_ids": [*ids[1:], 987654]})
    assert ok(base, "-X", "DELETE", "BASE/task/batch", *JSON, "-d", batch) == {
        "deleted_count": 5,
        "not_found": [987654],
    }
    assert ok(base, "BASE/task")["total"] == 0


def test_the_mistakes_that_users_make(base: str) -> None:
    assert curl(base, "-X", "POST", "BASE/task", "-d", FOLLOW)["code"] == 41501
    assert curl(base, "-X", "POST", "BASE/task", *JSON, "-d", "{'serials': []}")["code"] == 40001
    assert curl(base, "-X", "POST", "BASE/task", *JSON, "-d", '{"serials": ["a"]}')["code"] == 40002
    like = '{"serials": ["a"], "script_name": "like", "script_config": {"captions": "x"}}'
    assert curl(base, "-X", "POST", "BASE/task", *JSON, "-d", like)["code"] == 40003
    assert curl(base, "BASE/task/987654")["code"] == 40401
    assert curl(base, "-X", "PUT", "BASE/task")["code"] == 40501
    assert curl(base, "-H", "Origin: null", "BASE/task")["code"] == 40302
    assert curl(base, "-X", "POST", "BASE/task/987654/stop")["code"] == 40401
