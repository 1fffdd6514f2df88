"""GET /events: stored events by id, steps as they come, going on where one stopped, and every way in which it ends."""

import json

import pytest

from drover.wire.tasks import Status
from drover_shim.settings import Settings
from tests.support.control import FakeDaemon
from tests.support.phones import wait_until
from tests.support.raw_http import EventReader
from tests.support.rest import Rest, running_shim

FOLLOW = {"serials": ["127.0.0.1:5555"], "script_name": "follow", "script_config": {"target_user": "ada"}}


def test_what_happens_comes_with_ids_and_the_fields_of_the_rest_contract(rest: Rest, fake: FakeDaemon) -> None:
    reader = EventReader(rest.port)
    assert reader.status == 200
    assert reader.headers["content-type"].startswith("text/event-stream")
    assert reader.headers["cache-control"] == "no-store"
    assert reader.block()["retry"] == "2000"
    (task_id,) = rest.post("/task", FOLLOW).data["task_ids"]
    created = reader.event()
    assert created["event"] == "task_changed"
    assert int(created["id"]) == fake.model.last_event_id
    told = json.loads(created["data"])
    assert told["task"] == rest.get(f"/task/{task_id}").data
    fake.model.progress(task_id, "opening the profile", 20)
    step = reader.event()
    assert "id" not in step
    assert json.loads(step["data"])["step"] == "opening the profile"
    fake.model.change(task_id, status=Status.COMPLETED)
    assert json.loads(reader.event()["data"])["task"]["status"] == 2
    rest.send("DELETE", f"/api/v1/task/{task_id}")
    gone = reader.event()
    assert (gone["event"], json.loads(gone["data"])["task_id"]) == ("task_deleted", task_id)
    fake.model.add_device("late")
    assert json.loads(reader.event()["data"])["device"]["serial"] == "late"
    reader.close()


def test_last_event_id_goes_on_where_one_stopped(rest: Rest, fake: FakeDaemon) -> None:
    before = fake.model.last_event_id
    rest.post("/task", FOLLOW)
    rest.post("/task", FOLLOW)
    for headers in (f"Last-Event-ID: {before}\r\n", f"Last-Event-ID: {before + 1}\r\n"):
        reader = EventReader(rest.port, headers)
        first = int(headers.split(":")[1])
        assert [int(reader.event()["id"]) for _ in range(fake.model.last_event_id - first)] == list(
            range(first + 1, fake.model.last_event_id + 1)
        )
        reader.close()


def test_case_b2_an_id_that_was_never_given_is_answered_with_reset(rest: Rest, fake: FakeDaemon) -> None:
    newest = fake.model.last_event_id
    reader = EventReader(rest.port, f"Last-Event-ID: {newest + 1000}\r\n")
    reset = reader.event()
    assert (reset["event"], int(reset["id"])) == ("reset", newest)
    assert "read" in json.loads(reset["data"])["why"]
    rest.post("/task", FOLLOW)
    assert int(reader.event()["id"]) == newest + 1
    reader.close()


@pytest.mark.parametrize("given", ["x", "-1", "1.5", "9" * 30, "%D9%A1"])
def test_a_malformed_last_event_id_is_40001(rest: Rest, given: str) -> None:
    assert rest.get(f"/events?last_event_id={given}").code == 40001


def test_silence_is_filled_with_comments(fake: FakeDaemon) -> None:
    with running_shim(fake.path, Settings(heartbeat_s=0.5)) as rest:
        reader = EventReader(rest.port)
        reader.block()
        assert [reader.block() for _ in range(2)] == [{"": "quiet"}] * 2
        reader.close()


def test_a_client_that_goes_is_noticed_without_waiting_for_the_next_heartbeat(rest: Rest, fake: FakeDaemon) -> None:
    readers = [EventReader(rest.port) for _ in range(3)]
    wait_until(lambda: fake.model.subscriber_count == 3, what="three subscriptions")
    for reader in readers:
        reader.close()
    wait_until(lambda: rest.streams() == 0, timeout_s=3, what="the end of the streams")
    assert rest.connections() == 0


def test_the_stream_ends_with_the_daemon_and_can_be_taken_up_again(rest: Rest, fake: FakeDaemon) -> None:
    reader = EventReader(rest.port)
    reader.block()
    last = fake.model.last_event_id
    fake.stop()
    with pytest.raises(EOFError):
        reader.event()
    reader.close()
    fake.start()
    rest.post("/task", FOLLOW)
    again = EventReader(rest.port, f"Last-Event-ID: {last}\r\n")
    assert int(again.event()["id"]) == last + 1
    again.close()


def test_head_and_no_daemon(rest: Rest, fake: FakeDaemon) -> None:
    head = rest.send("HEAD", "/api/v1/events")
    assert (head.status, head.body) == (200, b"")
    wait_until(lambda: rest.streams() == 0, what="no stream after HEAD")
    fake.stop()
    assert rest.get("/events").code == 50301
