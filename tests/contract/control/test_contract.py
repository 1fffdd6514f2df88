"""What every daemon answers on the control socket, whether the double or the real one. Needs no phone."""

import csv
import io
import os
import socket
import struct
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from drover.client import ControlClient, EventStream
from drover.wire import control as c
from drover.wire import custom
from drover.wire import leases as le
from drover.wire.codec import MAX_FRAME_BYTES, PROTOCOL_VERSION
from drover.wire.devices import Device
from drover.wire.events import Event, EventBody, StreamReset, TaskChanged, TaskDeleted
from drover.wire.faults import Code, Failure, RequestError
from drover.wire.tasks import Effect, Reason, Status, Task, TaskStats


def a_serial() -> str:
    return f"absent-{uuid.uuid4().hex[:12]}"


def create(client: ControlClient, **changes: Any) -> list[int]:
    fields: dict[str, Any] = {
        "script_name": "follow",
        "script_config": {"target_users": ["ada"]},
        "serials": [a_serial()],
        **changes,
    }
    return client.ask(c.CreateTasks(**fields), c.TasksCreated).task_ids


def task(client: ControlClient, task_id: int) -> Task:
    return client.ask(c.GetTask(task_id=task_id), Task)


def refused(call: Callable[[], object]) -> Failure:
    with pytest.raises(RequestError) as caught:
        call()
    assert caught.value.failure.message
    return caught.value.failure


def next_of(stream: EventStream, kind: type[EventBody], task_id: int) -> Event:
    """The next event of this kind about this task."""
    for _ in range(200):
        event = stream.next_event(timeout_s=10)
        assert event is not None, f"no {kind.__name__} for task {task_id}"
        body = event.body
        about = body.task.id if isinstance(body, TaskChanged) else getattr(body, "task_id", None)
        if isinstance(body, kind) and about == task_id:
            return event
    raise AssertionError("too many other events")


def test_the_welcome_names_version_boot_and_zone(client: ControlClient) -> None:
    welcome = client.welcome
    assert (welcome.version, bool(welcome.boot_id), bool(welcome.daemon_version)) == (PROTOCOL_VERSION, True, True)
    status = client.ask(c.GetStatus(), c.DaemonStatus)
    assert (status.boot_id, status.pid) == (welcome.boot_id, welcome.pid)
    assert status.draining is False


def test_a_new_task_is_pending_and_says_what_it_waits_for(client: ControlClient) -> None:
    serial = a_serial()
    config = {"target_users": ["ada", "@bob"], "access_method": "search"}
    first, second = create(client, serials=[serial], script_config=config, priority=3)
    found = task(client, first)
    assert (found.serial, found.script_name, found.status, found.effect) == (
        serial,
        "follow",
        Status.PENDING,
        Effect.NONE,
    )
    assert found.script_config == {"target_user": "ada", "access_method": "search"}
    assert task(client, second).script_config["target_user"] == "bob"
    assert found.remark
    assert (found.source, found.priority, found.attempt, found.retry_count) == ("api", 3, 0, 0)
    assert found.created_at.tzinfo is not None
    assert found.group_id == task(client, second).group_id


def test_creation_is_all_or_nothing(client: ControlClient) -> None:
    before = client.ask(c.GetTaskStats(), TaskStats).total
    config = {"target_users": ["ada", "no good"]}
    assert refused(lambda: create(client, script_config=config)).code is Code.INVALID
    assert refused(lambda: create(client, script_config={"typo": 1, "target_user": "ada"})).code is Code.INVALID
    assert refused(lambda: create(client, script_name="like", script_config={})).code is Code.SCRIPT_UNSUPPORTED
    assert refused(lambda: create(client, script_name="nonsense")).code is Code.SCRIPT_UNSUPPORTED
    nobody = refused(lambda: create(client, serials=[], usernames=["nobody.at.all"]))
    assert (nobody.code, "nobody.at.all" in nobody.message) == (Code.NOT_FOUND, True)
    assert client.ask(c.GetTaskStats(), TaskStats).total == before


def test_a_start_time_becomes_one_instant(client: ControlClient) -> None:
    (task_id,) = create(client, start_time="23:59")
    found = task(client, task_id)
    assert found.scheduled_at is not None
    assert 0 <= (found.scheduled_at - found.created_at).total_seconds() < 25 * 3600


def test_pages_are_newest_first_and_filtered(client: ControlClient) -> None:
    serial = a_serial()
    ids = [*create(client, serials=[serial]), *create(client, serials=[serial], source="ui"), *create(client)]

    def page(**filters: Any) -> c.TaskPage:
        return client.ask(c.ListTasks(**filters), c.TaskPage)

    assert [one.id for one in page(serial=serial).tasks] == [ids[1], ids[0]]
    assert [one.id for one in page(serial=serial, source="ui").tasks] == [ids[1]]
    assert [one.id for one in page(serial=serial, page=2, page_size=1).tasks] == [ids[0]]
    assert page(serial=serial, page=2, page_size=1).total == 2
    assert page(serial=serial, status=int(Status.FAILED)).total == 0
    assert page(serial=serial, script_name="unfollow").tasks == []
    assert page(page_size=1).tasks[0].id == ids[2]


def test_stop_retry_and_stats(client: ControlClient) -> None:
    (task_id,) = create(client)
    before = client.ask(c.GetTaskStats(), TaskStats)
    stopped = client.ask(c.StopTask(task_id=task_id), Task)
    assert (stopped.id, stopped.status, stopped.reason) == (task_id, Status.FAILED, Reason.STOPPED)
    assert stopped.remark
    assert stopped.end_time is not None
    after = client.ask(c.GetTaskStats(), TaskStats)
    assert (after.pending, after.failed, after.total) == (before.pending - 1, before.failed + 1, before.total)
    assert refused(lambda: client.call(c.StopTask(task_id=task_id))).code is Code.CONFLICT
    again = client.ask(c.RetryTask(task_id=task_id), Task)
    assert (again.id, again.status, again.reason, again.retry_count) == (task_id, Status.PENDING, None, 1)
    assert again.end_time is None
    assert refused(lambda: client.call(c.RetryTask(task_id=task_id))).code is Code.CONFLICT


def test_retry_all(client: ControlClient) -> None:
    ids = [create(client)[0] for _ in range(3)]
    for task_id in ids[:2]:
        client.call(c.StopTask(task_id=task_id))
    retried = client.ask(c.RetryAll(), c.RetriedAll)
    assert retried.retried_count >= 2
    assert retried.skipped == []
    assert all(task(client, task_id).status is Status.PENDING for task_id in ids)


def test_r22_a_release_tells_what_was_not_held(client: ControlClient) -> None:
    (task_id,) = create(client)
    done = client.ask(c.ReleaseTasks(task_ids=[task_id, 2**40]), c.TasksReleased)
    assert done == c.TasksReleased(released_count=0, looking_count=0, not_held=[task_id], not_found=[2**40])
    assert client.ask(c.ReleaseTasks(all=True), c.TasksReleased) == c.TasksReleased(released_count=0, looking_count=0)
    assert client.ask(c.GetStatus(), c.DaemonStatus).held == 0


def test_case_b2_a_stream_after_an_id_that_was_never_given_begins_with_reset(client: ControlClient) -> None:
    with client.subscribe(after=2**40) as stream:
        reset = stream.next_event(timeout_s=10)
        assert reset is not None
        assert isinstance(reset.body, StreamReset)
        assert reset.body.why
        assert stream.last_event_id == reset.id < 2**40
        (task_id,) = create(client)
        assert next_of(stream, TaskChanged, task_id).id > reset.id


def test_delete_reports_what_did_not_exist(client: ControlClient) -> None:
    (task_id,) = create(client)
    deleted = client.ask(c.DeleteTasks(task_ids=[task_id, 2**40]), c.TasksDeleted)
    assert (deleted.deleted_count, deleted.not_found) == (1, [2**40])
    assert refused(lambda: task(client, task_id)).code is Code.NOT_FOUND


def test_an_idempotency_key_answers_as_the_first_time(client: ControlClient) -> None:
    key, serial = uuid.uuid4().hex, a_serial()
    first = create(client, serials=[serial], idempotency_key=key, body_digest="a")
    assert create(client, serials=[serial], idempotency_key=key, body_digest="a") == first
    assert client.ask(c.ListTasks(serial=serial), c.TaskPage).total == 1
    conflict = refused(lambda: create(client, serials=[serial], idempotency_key=key, body_digest="b"))
    assert conflict.code is Code.CONFLICT


def test_what_does_not_exist_is_not_found(client: ControlClient) -> None:
    for body in (
        c.GetTask(task_id=2**40),
        c.StopTask(task_id=2**40),
        c.RetryTask(task_id=2**40),
        c.ReadTaskLog(task_id=2**40),
        c.FindArtifact(task_id=2**40, name="x"),
        c.GetDevice(serial="nobody"),
        c.DeleteAccount(username="nobody"),
        c.FindArtifact(task_id=create(client)[0], name="../../etc/passwd"),
    ):
        assert refused(partial(client.call, body)).code is Code.NOT_FOUND, body


def test_the_log_of_a_task_that_never_ran(client: ControlClient) -> None:
    (task_id,) = create(client)
    assert client.ask(c.ReadTaskLog(task_id=task_id), c.LogChunk) == c.LogChunk(text="", next_offset=0, ended=False)
    client.call(c.StopTask(task_id=task_id))
    assert client.ask(c.ReadTaskLog(task_id=task_id), c.LogChunk).ended


def test_accounts_decide_where_a_task_goes(client: ControlClient) -> None:
    serial, name = a_serial(), f"shop.{uuid.uuid4().hex[:8]}"
    account = client.ask(c.PutAccount(username=name, serial=serial), c.Account)
    assert (account.username, account.serial, account.platform, account.enabled) == (name, serial, "tiktok", True)
    assert account in client.ask(c.ListAccounts(), c.AccountList).accounts
    (task_id,) = create(client, serials=[], usernames=[name])
    found = task(client, task_id)
    assert (found.serial, found.username) == (serial, name)
    (task_id,) = create(client, serials=[serial], enable_multi_account=True)
    assert task(client, task_id).username == name
    assert isinstance(client.call(c.DeleteAccount(username=name)), c.Done)


def test_a_backup_is_made_once_under_a_name(client: ControlClient, tmp_path: Path) -> None:
    create(client)
    target = tmp_path / "copy.db"
    made = client.ask(c.MakeBackup(path=str(target)), c.BackupMade)
    assert (made.path, target.exists()) == (str(target), True)
    assert made.rows["tasks"] >= 1
    assert refused(lambda: client.call(c.MakeBackup(path=str(target)))).code is Code.CONFLICT
    assert client.ask(c.GetBackupProgress(), c.BackupProgress) == c.BackupProgress()


def test_the_doctor_says_what_was_looked_at(client: ControlClient) -> None:
    findings = client.ask(c.Diagnose(), c.Diagnosis).findings
    assert {"disk", "adb server"} <= {finding.check for finding in findings}
    assert all(finding.fix or finding.level == "ok" for finding in findings)


def an_account(client: ControlClient, **changes: Any) -> c.Account:
    fields: dict[str, Any] = {"username": f"shop.{uuid.uuid4().hex[:8]}", "serial": a_serial(), **changes}
    return client.ask(c.PutAccount(**fields), c.Account)


def test_a_name_is_the_same_in_any_case_and_with_its_at_sign(client: ControlClient) -> None:
    one = an_account(client, username=f"@Shop.{uuid.uuid4().hex[:8].upper()}", note="till 4", package="com.app.clone")
    assert not one.username.startswith("@")
    for name in (one.username.upper(), f"@{one.username.lower()}"):
        assert client.ask(c.GetAccount(username=name), c.Account) == one
    assert refused(lambda: an_account(client, username=one.username.lower(), new=True)).code is Code.CONFLICT
    moved = client.ask(c.ChangeAccount(username=one.username.upper(), serial="elsewhere", enabled=False), c.Account)
    assert (moved.username, moved.serial, moved.enabled, moved.note) == (one.username, "elsewhere", False, "till 4")
    assert moved.package == "com.app.clone"
    assert client.ask(c.ListAccounts(serial="elsewhere", enabled=False), c.AccountList).accounts == [moved]
    assert client.ask(c.ListAccounts(serial="elsewhere", platform="instagram"), c.AccountList).accounts == []
    client.call(c.DeleteAccount(username=one.username))


def test_a_name_on_two_platforms_needs_its_platform(client: ControlClient) -> None:
    one = an_account(client)
    other = an_account(client, username=one.username, platform="instagram")
    for body in (
        c.GetAccount(username=one.username),
        c.ChangeAccount(username=one.username, note="x"),
        c.DeleteAccount(username=one.username),
    ):
        failure = refused(partial(client.call, body))
        assert (failure.code, "platform: " in failure.message) == (Code.CONFLICT, True)
    assert client.ask(c.GetAccount(username=one.username, platform="instagram"), c.Account) == other
    (usual,) = create(client, serials=[], usernames=[one.username])
    (said,) = create(client, serials=[], usernames=[one.username], platform="instagram")
    assert (task(client, usual).serial, task(client, said).serial) == (one.serial, other.serial)
    client.call(c.ChangeAccount(username=one.username, platform="tiktok", enabled=False))
    assert refused(lambda: create(client, serials=[], usernames=[one.username])).code is Code.CONFLICT


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"username": "no name"}, "username"),
        ({"platform": "ticktock"}, "platform"),
        ({"serial": "-rf"}, "serial"),
        ({"serial": ""}, "serial"),
        ({"package": "clone"}, "package"),
        ({"note": "a\nb"}, "note"),
        ({"note": "x" * 501}, "note"),
    ],
)
def test_what_is_no_account_is_refused_by_field(client: ControlClient, changes: dict[str, Any], field: str) -> None:
    failure = refused(lambda: an_account(client, **changes))
    assert (failure.code, failure.message.partition(":")[0]) == (Code.INVALID, field)


def test_one_task_for_each_account_and_target(client: ControlClient) -> None:
    serial = a_serial()
    names = [an_account(client, serial=serial).username for _ in range(2)]
    an_account(client, serial=serial, enabled=False)
    elsewhere = an_account(client, serial=serial, platform="instagram").username
    wanted = {"serials": [serial], "enable_multi_account": True, "script_config": {"target_users": ["ada", "bob"]}}
    made = [task(client, task_id) for task_id in create(client, **wanted)]
    found = sorted((one.username or "", one.script_config["target_user"]) for one in made)
    assert found == sorted((name, target) for name in names for target in ("ada", "bob"))
    (only,) = create(client, serials=[serial], enable_multi_account=True, platform="instagram")
    assert task(client, only).username == elsewhere


def test_s20_accounts_come_back_from_csv_as_they_were(client: ControlClient) -> None:
    notes = ["=1+1", "@SUM(A1)", "'quoted", "'=twice", "-5", "plain, with a comma", 'a "word"', ""]
    mine = [an_account(client, note=note, enabled=index % 2 == 0) for index, note in enumerate(notes)]
    text = client.ask(c.ExportAccounts(), c.AccountsCsv).csv
    cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    assert not [cell for cell in cells if cell[:1] in {"=", "+", "-", "@", "\t", "\r"}]
    same = client.ask(c.ImportAccounts(csv=text), c.AccountsImported)
    assert (same.created, same.changed, same.dry_run) == (0, 0, False)
    for account in mine:
        client.call(c.DeleteAccount(username=account.username))
    again = client.ask(c.ImportAccounts(csv=text, dry_run=True), c.AccountsImported)
    assert (again.created, again.dry_run) == (len(mine), True)
    assert refused(partial(client.call, c.GetAccount(username=mine[0].username))).code is Code.NOT_FOUND
    client.call(c.ImportAccounts(csv=text))
    assert [client.ask(c.GetAccount(username=one.username), c.Account) for one in mine] == mine


def test_an_import_is_all_or_nothing_and_says_where(client: ControlClient) -> None:
    good = f"shop.{uuid.uuid4().hex[:8]}"
    failure = refused(partial(client.call, c.ImportAccounts(csv=f"username,serial\n{good},a\nno name,b\n")))
    assert failure.code is Code.INVALID
    assert "line 3, column username" in failure.message
    assert failure.data is not None
    assert [(error["line"], error["column"]) for error in failure.data["errors"]] == [(3, "username")]
    assert refused(partial(client.call, c.GetAccount(username=good))).code is Code.NOT_FOUND


def test_discovering_needs_a_phone(client: ControlClient) -> None:
    assert refused(partial(client.call, c.DiscoverAccounts(serial=a_serial()))).code is Code.NOT_FOUND
    odd = c.DiscoverAccounts(serial=a_serial(), platform="ticktock")
    assert refused(partial(client.call, odd)).message.startswith("platform:")


def test_a_phone_that_was_never_seen_has_no_note(client: ControlClient) -> None:
    assert refused(partial(client.call, c.SetDevice(serial=a_serial(), note="x"))).code is Code.NOT_FOUND
    wrongs: list[tuple[dict[str, Any], str]] = [
        ({"note": "a\x1b[0m"}, "note"),
        ({"tags": ["ok", "a,b"]}, "tags[1]"),
        ({"tags": ["a", "a"]}, "tags"),
    ]
    for wrong, field in wrongs:
        failure = refused(partial(client.call, c.SetDevice(serial=a_serial(), **wrong)))
        assert (failure.code, failure.message.partition(":")[0]) == (Code.INVALID, field)


def test_a_lease_needs_a_phone_that_was_seen(client: ControlClient) -> None:
    assert client.ask(le.ListLeases(), le.LeaseList) == le.LeaseList(leases=[])
    assert refused(lambda: client.call(le.TakeLease(serial=a_serial()))).code is Code.NOT_FOUND
    for ttl_s in (0, le.MAX_TTL_S + 1):
        failure = refused(partial(client.call, le.TakeLease(serial=a_serial(), ttl_s=ttl_s)))
        assert (failure.code, failure.message.partition(":")[0]) == (Code.INVALID, "ttl_secs")
    assert refused(lambda: client.call(le.EvictLease(serial=a_serial()))).code is Code.NOT_FOUND


def test_a_session_that_was_never_given_opens_nothing(client: ControlClient) -> None:
    session, serial = "0" * 48, a_serial()
    for about in (le.ExtendLease(session=session), le.ReleaseLease(session=session)):
        assert refused(partial(client.call, about)).code is Code.NOT_FOUND
    for shown in (session, ""):
        for request in (
            le.CallPhone(session=shown, serial=serial, method="click", params=[1, 1]),
            le.ReadHierarchy(session=shown, serial=serial),
            le.TakeScreenshot(session=shown, serial=serial),
        ):
            assert refused(partial(client.call, request)).code is Code.LEASE


def test_adb_is_off_by_default(client: ControlClient) -> None:
    failure = refused(lambda: client.call(le.RunAdb(session="", serial=a_serial(), args=["shell", "id"])))
    assert (failure.code, failure.data) == (Code.CONFLICT, {"setting": "rpc.adb"})


def test_the_licence_is_pro_by_default(client: ControlClient) -> None:
    plan = client.ask(c.CheckLicense(), c.License)
    assert (plan.plan_name, plan.api_enabled, plan.device_limit) == ("Pro", True, 20)
    assert plan.message == "API access enabled"


def test_devices_are_a_list(client: ControlClient) -> None:
    devices = client.ask(c.ListDevices(), c.DeviceList).devices
    assert all(isinstance(device, Device) for device in devices)


def test_events_follow_a_task_through_its_life(client: ControlClient) -> None:
    with client.subscribe() as stream:
        start = stream.last_event_id
        (task_id,) = create(client)
        created = next_of(stream, TaskChanged, task_id)
        client.call(c.StopTask(task_id=task_id))
        stopped = next_of(stream, TaskChanged, task_id)
        client.call(c.DeleteTasks(task_ids=[task_id]))
        deleted = next_of(stream, TaskDeleted, task_id)
    assert isinstance(stopped.body, TaskChanged)
    assert stopped.body.task.reason is Reason.STOPPED
    assert start < created.id < stopped.id < deleted.id
    assert stream.last_event_id >= deleted.id


def test_events_can_be_read_again_from_an_id(client: ControlClient) -> None:
    with client.subscribe() as stream:
        start = stream.last_event_id
    (task_id,) = create(client)
    with client.subscribe(after=start) as stream:
        event = next_of(stream, TaskChanged, task_id)
    with client.subscribe(after=event.id) as stream:
        client.call(c.StopTask(task_id=task_id))
        later = next_of(stream, TaskChanged, task_id)
    assert later.id > event.id
    assert isinstance(later.body, TaskChanged)
    assert later.body.task.status is Status.FAILED


def test_an_announced_api_holds_while_its_connection_lives(daemon: Path, client: ControlClient) -> None:
    def url() -> str:
        return client.ask(c.GetStatus(), c.DaemonStatus).api_url

    with ControlClient(daemon, client_name="shim") as shim:
        shim.call(c.AnnounceApi(url="http://127.0.0.1:1/api/v1/"))
        assert url() == "http://127.0.0.1:1/api/v1/"
    for _ in range(1000):
        if url() == "":
            break
    assert url() == ""


def _raw(daemon: Path, *requests: c.Request) -> list[c.Response]:
    """Send these on a bare socket, one at a time; the answers until the daemon closes or is silent."""
    answers: list[c.Response] = []
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(1)
        sock.connect(str(daemon))
        file = sock.makefile("rb")
        for request in requests:
            data = c.REQUESTS.encode(request)
            sock.sendall(struct.pack("!I", len(data)) + data)
            header = file.read(4)
            if len(header) < 4:
                break
            answers.append(c.RESPONSES.decode(file.read(struct.unpack("!I", header)[0])))
    return answers


def test_hello_comes_first(daemon: Path) -> None:
    (answer,) = _raw(daemon, c.Request(id=7, body=c.GetStatus()))
    assert answer.id == 7
    assert isinstance(answer.body, Failure)
    assert answer.body.code is Code.INVALID


def test_another_version_is_refused_with_a_conflict(daemon: Path) -> None:
    (answer,) = _raw(daemon, c.Request(id=1, body=c.Hello(version=PROTOCOL_VERSION + 1, client="newer")))
    assert isinstance(answer.body, Failure)
    assert answer.body.code is Code.CONFLICT


def test_answers_carry_the_id_of_the_request(daemon: Path) -> None:
    hello = c.Request(id=41, body=c.Hello(version=PROTOCOL_VERSION, client="raw"))
    answers = _raw(daemon, hello, c.Request(id=9, body=c.GetTaskStats()), c.Request(id=2**31, body=c.CheckLicense()))
    assert [answer.id for answer in answers] == [41, 9, 2**31]


@pytest.mark.parametrize("frame", [struct.pack("!I", 1) + b"\xc1", struct.pack("!I", MAX_FRAME_BYTES + 1)])
def test_garbage_ends_the_connection_and_harms_nobody(daemon: Path, client: ControlClient, frame: bytes) -> None:
    hello = c.REQUESTS.encode(c.Request(id=1, body=c.Hello(version=PROTOCOL_VERSION, client="raw")))
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(5)
        sock.connect(str(daemon))
        sock.sendall(struct.pack("!I", len(hello)) + hello + frame)
        while sock.recv(65536):
            pass
    assert client.ask(c.GetTaskStats(), TaskStats).total >= 0


# --- scripts


def scripts_of(client: ControlClient) -> dict[str, custom.ScriptInfo]:
    return {info.name: info for info in client.ask(custom.ListScripts(), custom.ScriptList).scripts}


def test_a_command_becomes_a_script(client: ControlClient) -> None:
    spec = custom.CommandSpec(command=["/bin/sh", "-c", "true"], summary="does nothing", retry_safe=True)
    name = f"nothing-{uuid.uuid4().hex[:8]}"
    added = client.ask(custom.AddScript(script_name=name, spec=spec), custom.ScriptInfo)
    assert (added.kind, added.command, added.retry_safe, added.fault) == ("command", spec.command, True, "")
    assert scripts_of(client)[name] == added
    assert scripts_of(client)["follow"].kind == "built_in"
    again = refused(lambda: client.ask(custom.AddScript(script_name=name, spec=spec), custom.ScriptInfo))
    assert again.code is Code.CONFLICT
    changed = custom.CommandSpec(command=["/bin/sh"], timeout_s=5)
    replaced = client.ask(custom.AddScript(script_name=name, spec=changed, replace=True), custom.ScriptInfo)
    assert replaced.timeout_s == 5
    (task_id,) = create(client, script_name=name, script_config={"any": ["thing", 1]})
    assert task(client, task_id).script_config == {"any": ["thing", 1]}
    assert name in refused(lambda: create(client, script_name="nonsense")).message
    client.ask(custom.RemoveScript(script_name=name), c.Done)
    assert name not in scripts_of(client)
    assert refused(lambda: client.ask(custom.RemoveScript(script_name=name), c.Done)).code is Code.NOT_FOUND
    assert refused(lambda: create(client, script_name=name)).code is Code.SCRIPT_UNSUPPORTED


@pytest.mark.parametrize(
    ("name", "fields", "code", "field"),
    [
        ("follow", {}, Code.CONFLICT, "name"),
        ("scrape_user", {}, Code.CONFLICT, "name"),
        ("Upper", {}, Code.INVALID, "name"),
        ("a b", {}, Code.INVALID, "name"),
        ("x", {"command": []}, Code.INVALID, "command"),
        ("x", {"command": ["no-such-program-anywhere"]}, Code.INVALID, "command"),
        ("x", {"command": ["bin/sh"]}, Code.INVALID, "command"),
        ("x", {"command": ["/bin/sh", "a\0b"]}, Code.INVALID, "command"),
        ("x", {"command": ["/etc/passwd"]}, Code.INVALID, "command"),
        ("x", {"package": "no package"}, Code.INVALID, "package"),
    ],
)
def test_what_cannot_be_a_script_is_refused_by_field(
    client: ControlClient, name: str, fields: dict[str, Any], code: Code, field: str
) -> None:
    given: dict[str, Any] = {"command": ["/bin/sh"], **fields}
    spec = custom.CommandSpec(**given)
    failure = refused(lambda: client.ask(custom.AddScript(script_name=name, spec=spec), custom.ScriptInfo))
    assert failure.code is code
    assert failure.message.startswith(f"{field}:")


def test_a_script_for_one_app_runs_on_no_other(client: ControlClient) -> None:
    name = f"app-{uuid.uuid4().hex[:8]}"
    spec = custom.CommandSpec(command=["/bin/sh"], platform="instagram")
    client.ask(custom.AddScript(script_name=name, spec=spec), custom.ScriptInfo)
    failure = refused(lambda: create(client, script_name=name, script_config={}, platform="tiktok"))
    assert (failure.code, failure.message.partition(":")[0]) == (Code.INVALID, "platform")
    assert create(client, script_name=name, script_config={}, platform="instagram")


def test_a_screen_is_checked_by_a_leases_holder_only(client: ControlClient) -> None:
    ask = le.CheckScreen(session="5e55", serial=a_serial())
    assert refused(lambda: client.call(ask)).code is Code.LEASE


def test_platforms_that_nobody_knows_are_refused(client: ControlClient) -> None:
    assert create(client, platform="instagram")
    failure = refused(lambda: create(client, platform="myspace"))
    assert (failure.code, "platform: expected" in failure.message) == (Code.INVALID, True)


def test_a_post_is_taken_with_its_defaults(client: ControlClient) -> None:
    (task_id,) = create(client, script_name="post", script_config={"captions": "hello", "add_sound": 0})
    config = task(client, task_id).script_config
    assert (config["captions"], config["add_sound"], config["material_source"]) == ("hello", "0", "materialLibrary")


def test_files_of_a_post_must_lie_inside_the_roots(client: ControlClient) -> None:
    for path in ("/etc/passwd", "/nothing/there.mp4"):
        failure = refused(partial(create, client, script_name="post", script_config={"material_list": [path]}))
        assert failure.code is Code.INVALID
        assert failure.message.startswith(f"script_config.material_list[0]: {path}: ")


def test_s08_the_token_is_made_once_and_another_one_by_rotation(client: ControlClient) -> None:
    first = client.ask(c.ShowToken(), c.ApiToken)
    assert client.ask(c.ShowToken(), c.ApiToken) == first
    assert not first.required
    assert len(first.token) >= 43
    path = Path(first.path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text().strip() == first.token
    second = client.ask(c.RotateToken(), c.ApiToken)
    assert second.token != first.token
    assert client.ask(c.ShowToken(), c.ApiToken) == second


def test_s30_each_call_that_changes_something_leaves_a_row_and_reading_leaves_none(client: ControlClient) -> None:
    ids = create(client)
    caller = c.Caller(address="192.0.2.7", route="POST /api/v1/task/<task_id>/stop", token_id="0123abcd")
    client.call(c.StopTask(task_id=ids[0]), caller=caller)
    refused(lambda: client.call(c.StopTask(task_id=ids[0])))
    client.ask(c.GetTask(task_id=ids[0]), Task)
    client.ask(c.ListTasks(), c.TaskPage)
    refused_stop, stop, created = client.ask(c.ListAudit(limit=3), c.AuditPage).entries
    assert (created.action, created.ids["task_ids"], created.code) == ("create_tasks", ids, 0)
    assert (stop.action, stop.ids, stop.code) == ("stop_task", {"task_id": ids[0]}, 0)
    assert (stop.address, stop.route, stop.token_id) == (caller.address, caller.route, caller.token_id)
    assert (refused_stop.action, refused_stop.code, refused_stop.address) == ("stop_task", Code.CONFLICT, "")
    assert {entry.uid for entry in (stop, created)} == {os.getuid()}
    assert {entry.pid for entry in (stop, created)} == {os.getpid()}
    assert {entry.client for entry in (stop, created)} == {"contract"}
    assert stop.id > created.id
    assert client.ask(c.ListAudit(limit=1, before=stop.id), c.AuditPage).entries == [created]


def test_s30_the_audit_never_holds_what_a_task_says(client: ControlClient) -> None:
    create(
        client, script_config={"target_users": ["canary_in_a_config"]}, idempotency_key="canary-key", body_digest="d"
    )
    entry = client.ask(c.ListAudit(limit=1), c.AuditPage).entries[0]
    assert entry.action == "create_tasks"
    assert "canary" not in str(entry)


@pytest.mark.parametrize("serial", ["-s", "-", "", " ", "a\nb", "a\x00b", "\x1b[2J", "x" * 129])
def test_s16_a_serial_that_could_be_taken_for_an_option_is_refused_here_too(client: ControlClient, serial: str) -> None:
    """droverctl speaks to the daemon without the front's checks."""
    assert refused(lambda: create(client, serials=[serial])).code is Code.INVALID
