"""One example of each message, every field set to something else than its default.

Run as `python -m tests.support.wire_examples` it prints the golden file; changing that is changing the protocol.
"""

from datetime import UTC, datetime
from typing import Any

from drover.wire import control, custom, direct, events, leases, materials, screens, worker, zygote
from drover.wire.accounts import Login, LoginSource
from drover.wire.backups import MissingFile
from drover.wire.codec import Codec
from drover.wire.devices import Connection, Device, DeviceFacts, DeviceState, Identity, PhoneCondition, TransportKind
from drover.wire.doctor import Finding, Level
from drover.wire.faults import Code, Failure
from drover.wire.holds import Pause, PauseSubject, Trouble
from drover.wire.media import MediaFile, MediaKind, TakenFile, TaskMedia, UseState
from drover.wire.pauses import (
    AccountPause,
    DevicePause,
    PauseAccount,
    Paused,
    PauseDevice,
    ResumeAccount,
    Resumed,
    ResumeDevice,
)
from drover.wire.tasks import Effect, Phase, Reason, Status, Task, TaskStats

AT = datetime(2026, 11, 24, 12, 30, 15, 250000, tzinfo=UTC)
LATER = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)

FACTS = DeviceFacts(
    hardware_serial="R58M123ABC",
    model="SM-G998B",
    platform_version="14",
    sdk=34,
    width=1080,
    height=2400,
    battery=81,
    engine="uiautomator2",
    apps={"com.zhiliaoapp.musically": "43.1.4"},
    storage_free_mb=52000,
    font_scale=1.3,
    touches_allowed=False,
)
PAUSE = Pause(
    subject=PauseSubject.ACCOUNT,
    platform="tiktok",
    username="me",
    serial="R58M123ABC",
    reason=Trouble.TOO_FAST.value,
    words="was told by the app that it is too fast",
    since=AT,
    until=LATER,
    by="drover",
    task_id=7,
    times=2,
)
LOGIN = Login(
    serial="192.168.0.7:5555",
    platform="tiktok",
    package="com.zhiliaoapp.musically",
    main=False,
    username="me",
    source=LoginSource.SCRIPT,
    app_version="43.1.4",
    learned_at=AT,
)
IDENTITY = Identity(
    serialno="R58M123ABC",
    boot_serialno="R58M123ABC",
    android_id="8c1d3f5a7b9e0246",
    boot_id="9a4f5b1e-0c37-4b8e-a7d2-2f6b1d0c9e83",
    boot_time="8123456789",
    model="SM-A546B",
    addresses={"wlan0": "a4:50:46:12:34:56"},
)
DEVICE = Device(
    serial="192.168.0.7:5555",
    state=DeviceState.BUSY,
    reason="runs task 7",
    state_since=AT,
    deadline=LATER,
    facts=FACTS,
    task_id=7,
    queued=3,
    worker_pid=4242,
    worker_starts=2,
    last_seen=AT,
    tags=["shelf 1"],
    note="cracked",
    transports=["192.168.0.7:5555", "R58M123ABC"],
    pause=PAUSE,
    condition=PhoneCondition.LOCKED,
    logins=[LOGIN],
    identity=IDENTITY,
    connections=[
        Connection(
            name="R58M123ABC",
            kind=TransportKind.USB,
            state="device",
            usb="usb:1-1.2",
            in_use=True,
            proof="the same start of Android",
        )
    ],
)
TASK = Task(
    id=7,
    serial="R58M123ABC",
    username="me",
    script_name="follow",
    script_config={"target_user": "you", "access_method": "direct"},
    status=Status.FAILED,
    reason=Reason.OUTCOME_UNKNOWN,
    remark="it may have been done",
    source="ui",
    created_at=AT,
    scheduled_at=LATER,
    start_time=LATER,
    end_time=LATER,
    retry_count=1,
    max_retry_count=5,
    effect=Effect.UNKNOWN,
    retry_safe=False,
    attempt=2,
    phase=Phase.VERIFY,
    progress=80,
    step="looks for proof",
    evidence=["proof.png"],
    group_id="g1",
    priority=3,
    hold="restored",
    media=TaskMedia(
        files=[TakenFile(name="@shop.one/clip.mp4", material_id=9)],
        captions="Summer",
        sound_name="Rain",
        custom_sound_keyword="rain",
    ),
    account="me",
)
STATS = TaskStats(total=10, pending=4, running=1, completed=3, failed=2)
ACCOUNT = control.Account(
    username="me",
    serial="R58M123ABC",
    platform="instagram",
    enabled=True,
    package="com.instagram.clone",
    note="second",
    used_today={"follow": 3},
    limits={"follow": 60},
    pause=PAUSE,
)
FINDING = Finding(level=Level.WARNING, check="disk", subject="/var/lib/drover", found="0.5 GiB free", mend="free space")
MEDIA = MediaFile(
    path="/srv/media/clip.mp4",
    kind=MediaKind.VIDEO,
    media_type="video/mp4",
    size=123456,
    material_id=9,
    name="clip.mp4",
)
LEASE = leases.Lease(serial="R58M123ABC", label="shop bot", taken_at=AT, expires_at=LATER, ttl_s=60, calls=4, task_id=7)
MATERIAL = materials.Material(
    id=9,
    name="clip.mp4",
    path="/var/lib/drover/media/library/ab/abcd.mp4",
    sha256="abcd",
    kind=MediaKind.VIDEO,
    media_type="video/mp4",
    size=123456,
    width=1080,
    height=1920,
    duration_s=12.5,
    tags=["summer"],
    note="second take",
    created_at=AT,
    used_by=["@shop.one (tiktok)"],
    available=False,
)
CALLER = control.Caller(address="127.0.0.1", route="POST /api/v1/task", token_id="5f2a9c01")
AUDIT_ENTRY = control.AuditEntry(
    id=12,
    at=AT,
    uid=1000,
    pid=4244,
    client="drover-shim",
    address="127.0.0.1",
    token_id="5f2a9c01",
    route="POST /api/v1/task",
    action="create_tasks",
    ids={"task_ids": [7]},
    code=40901,
)
SPEC = zygote.WorkerSpec(
    serial="R58M123ABC",
    incarnation=3,
    boot_id="b00t",
    endpoint="ipc:///run/drover/workers.sock",
    adb_host="127.0.0.1",
    adb_port=5038,
    engine="adb",
    heartbeat_s=2.5,
    log_level="debug",
    transport="192.168.0.7:5555",
    identity=IDENTITY,
    same_boot=True,
)

COMMAND = custom.CommandSpec(
    command=["/srv/warm.js", "--fast"],
    platform="tiktok",
    package="com.zhiliaoapp.musically.clone",
    timeout_s=60.0,
    retry_safe=True,
    summary="warms up",
)
SHEET = custom.PluginSheet(
    name="report",
    origin="drover-report 1.0",
    summary="Reports.",
    effect="report",
    settles=True,
    retry_safe=True,
    parameters={"type": "object"},
    fault="cannot be imported",
)
SCRIPT = custom.ScriptInfo(
    name="warm",
    kind="command",
    origin="configuration",
    summary="warms up",
    effect="warmth",
    settles=True,
    retry_safe=True,
    platform="tiktok",
    package="com.zhiliaoapp.musically.clone",
    timeout_s=60.0,
    command=["/srv/warm.js"],
    parameters={"type": "object"},
    fault="is not there",
)
SCREEN = screens.ScreenCheck(
    serial="R58M123ABC",
    platform="tiktok",
    packages=["com.zhiliaoapp.musically"],
    screen="other_profile",
    behind="home_feed",
    popup="rate",
    blocker="captcha",
    language="en",
    handle="me",
    matched=[screens.LabelMatch(meaning="follow", language="en", written="Follow", bounds=(1, 2, 3, 4), tappable=True)],
    missing=["following"],
    near=[screens.NearMiss(screen="inbox", holds=["shape:tab_bar"], missing=["tab:tab_inbox"], hindered=["label:x"])],
    strange=["Poke"],
)

REQUESTS: list[control.RequestBody] = [
    control.Hello(version=1, client="droverctl 0.1.0"),
    control.CreateTasks(
        script_name="follow",
        script_config={"target_users": ["you"]},
        serials=["R58M123ABC"],
        usernames=["me"],
        enable_multi_account=True,
        start_time="07:30",
        min_interval=2,
        max_interval=5,
        priority=3,
        source="ui",
        idempotency_key="key-1",
        body_digest="d1ge57",
        platform="instagram",
    ),
    control.ListTasks(status=3, serial="R58M123ABC", script_name="follow", source="api", page=2, page_size=50),
    control.GetTask(task_id=7),
    control.StopTask(task_id=7),
    control.RetryTask(task_id=7, force=True),
    control.RetryAll(),
    control.ReleaseTasks(task_ids=[7], all=True, looking_only=True),
    control.DeleteTasks(task_ids=[7, 8]),
    control.GetTaskStats(),
    control.ReadTaskLog(task_id=7, offset=4096),
    control.FindArtifact(task_id=7, name="proof.png"),
    control.ListDevices(),
    control.GetDevice(serial="R58M123ABC"),
    control.CheckLicense(),
    control.GetStatus(),
    control.Subscribe(after=99),
    control.SetDevice(serial="R58M123ABC", note="cracked", tags=["shelf 1"]),
    control.ForgetDevice(serial="R58M123ABC"),
    control.ListAccounts(platform="instagram", serial="R58M123ABC", enabled=False),
    control.GetAccount(username="me", platform="instagram"),
    control.PutAccount(
        username="me",
        serial="R58M123ABC",
        platform="instagram",
        enabled=False,
        package="com.instagram.clone",
        note="second",
        new=True,
    ),
    control.ChangeAccount(
        username="me",
        platform="instagram",
        serial="R58M123ABC",
        enabled=False,
        package="com.instagram.clone",
        note="second",
    ),
    control.DeleteAccount(username="me", platform="instagram"),
    control.MakeBackup(path="/srv/backup/drover.db", library=False),
    control.GetBackupProgress(),
    control.Diagnose(),
    control.ReloadConfig(),
    control.ImportAccounts(csv="username,serial\r\nme,R58M123ABC\r\n", dry_run=True),
    control.ExportAccounts(),
    control.DiscoverAccounts(serial="R58M123ABC", platform="instagram", package="com.instagram.clone", register=True),
    leases.TakeLease(serial="R58M123ABC", label="shop bot", ttl_s=60, wait_s=30.5),
    leases.ExtendLease(session="5e55", ttl_s=60),
    leases.ReleaseLease(session="5e55"),
    leases.EvictLease(serial="R58M123ABC"),
    leases.ListLeases(),
    leases.CallPhone(session="5e55", serial="R58M123ABC", method="click", params=[1, 2], timeout_s=5.5),
    leases.ReadHierarchy(session="5e55", serial="R58M123ABC", timeout_s=5.5),
    leases.TakeScreenshot(session="5e55", serial="R58M123ABC", timeout_s=5.5),
    leases.RunAdb(session="5e55", serial="R58M123ABC", args=["shell", "id"], timeout_s=5.5),
    leases.CheckScreen(session="5e55", serial="R58M123ABC", platform="instagram", timeout_s=5.5),
    custom.ListScripts(),
    custom.AddScript(script_name="warm", spec=COMMAND, replace=True),
    custom.RemoveScript(script_name="warm"),
    control.ShowToken(),
    control.RotateToken(),
    control.ListAudit(limit=20, before=99),
    control.AnnounceApi(url="http://127.0.0.1:50809/api/v1/"),
    materials.PlaceUpload(size=123456),
    materials.ImportMaterial(token="0a1b", name="clip.mp4", tags=["summer"], note="second take"),
    materials.ListMaterials(kind=MediaKind.IMAGE, tags=["summer"], page=2, page_size=50),
    materials.GetMaterial(material_id=9),
    materials.ChangeMaterial(material_id=9, tags=["winter"], note="third take"),
    materials.DeleteMaterial(material_id=9),
    materials.FindThumbnail(material_id=9),
    PauseAccount(username="me", platform="instagram", reason="new number", until="2026-11-25 07:00:00"),
    ResumeAccount(username="me", platform="instagram"),
    PauseDevice(serial="R58M123ABC", reason="swollen", until="2026-11-25 07:00:00"),
    ResumeDevice(serial="R58M123ABC"),
]

EVENTS: list[events.EventBody] = [
    events.TaskChanged(task=TASK),
    events.TaskDeleted(task_id=7),
    events.TaskProgressed(
        task_id=7, serial="R58M123ABC", attempt=2, phase=Phase.COMMIT, step="taps Follow", progress=60
    ),
    events.DeviceChanged(device=DEVICE),
    events.StreamReset(why="a backup was restored"),
    Paused(pause=PAUSE),
    Resumed(pause=PAUSE),
]

RESPONSES: list[control.ResponseBody] = [
    Failure(code=Code.CONFLICT, message="task 7 is running", data={"status": 1}, retry_after_s=5),
    control.Welcome(version=1, daemon_version="0.1.0", boot_id="b00t", pid=4242, zone="Europe/Berlin"),
    control.Done(),
    control.TasksCreated(task_ids=[7, 8]),
    control.TaskPage(total=41, page=3, page_size=20, tasks=[TASK]),
    TASK,
    control.RetriedAll(retried_count=2, skipped=[7]),
    control.Working(done=1200, total=99_500),
    control.TasksReleased(released_count=2, looking_count=1, not_held=[8], not_found=[9]),
    control.TasksDeleted(deleted_count=2, not_found=[9]),
    STATS,
    control.LogChunk(text="12:30:15 begins\n", next_offset=16, ended=True),
    control.ArtifactFile(path="/var/lib/drover/tasks/7/proof.png", media_type="image/png"),
    control.DeviceList(devices=[DEVICE]),
    control.DeviceForgotten(serial="R58M123ABC", tasks=3, accounts=1),
    DEVICE,
    control.License(plan_name="Pro", api_enabled=True, device_limit=20, message="API access enabled"),
    control.DaemonStatus(
        daemon_version="0.1.0",
        boot_id="b00t",
        pid=4242,
        started_at=AT,
        draining=True,
        api_url="http://127.0.0.1:50809/api/v1/",
        adb="127.0.0.1:5037",
        adb_connected=True,
        tasks=STATS,
        devices={"idle": 3},
        workers=3,
        messages_dropped=1,
        data_dir="/var/lib/drover",
        counters={"automation_restart": 2},
        restored=3,
        restored_blind=1,
        pauses=[PAUSE],
        held=12,
        not_ready={"R58M123ABC": "locked; unlock it by hand"},
        cannot_take={"evidence": "no file can be made in /var/lib/drover/tasks: No space left on device"},
    ),
    control.Subscribed(last_event_id=99),
    ACCOUNT,
    control.AccountList(accounts=[ACCOUNT]),
    materials.UploadPlace(token="0a1b", path="/var/lib/drover/media/incoming/0a1b", max_bytes=4096),
    MATERIAL,
    materials.MaterialAdded(material=MATERIAL, existing=True, warnings=["too long for a story"]),
    materials.MaterialDetail(
        material=MATERIAL,
        uses=[materials.MaterialUse(account="tiktok:me", who="@me (tiktok)", task_id=7, state=UseState.USED, at=LATER)],
    ),
    materials.MaterialPage(total=41, page=3, page_size=20, materials=[MATERIAL]),
    control.BackupProgress(path="/srv/backup/drover.tar", files_done=3, files=9, bytes_done=4096, bytes=9000),
    control.BackupMade(
        path="/srv/backup/drover.tar",
        schema="0001",
        size=4096,
        rows={"tasks": 10},
        files=9,
        files_size=2048,
        missing=[MissingFile(material_id=3, name="clip.mp4", why="its file is gone")],
    ),
    control.Diagnosis(findings=[FINDING]),
    control.ConfigReloaded(applied=["pace.follow_per_day"], after_restart=["api.port"]),
    control.AccountsImported(created=2, changed=1, unchanged=3, dry_run=True),
    control.AccountsCsv(csv="username,serial\r\nme,R58M123ABC\r\n"),
    control.AccountsDiscovered(
        serial="R58M123ABC",
        platform="instagram",
        accounts=[control.FoundAccount(username="me", active=True, registered_on="R58M123ABC")],
        package="com.instagram.clone",
        registered=["me"],
    ),
    leases.LeaseTaken(session="5e55", lease=LEASE),
    LEASE,
    leases.LeaseList(
        leases=[LEASE], waiting=[leases.Waiting(serial="R58M123ABC", label="second", since=AT, until=LATER)]
    ),
    leases.DirectResult(data=b"<hierarchy/>", path="/run/drover/direct/7.xml"),
    SCREEN,
    SCRIPT,
    custom.ScriptList(scripts=[SCRIPT]),
    control.ApiToken(token="n0t-a-secret", path="/var/lib/drover/api-token", required=True),
    control.AuditPage(entries=[AUDIT_ENTRY]),
    AccountPause(account=ACCOUNT, changed=True),
    DevicePause(device=DEVICE, changed=True),
    *(events.Event(id=index, at=AT, body=body) for index, body in enumerate(EVENTS, 1)),
]

TO_WORKER: list[worker.ToWorker] = [
    worker.Begin(
        fence=12,
        task_id=7,
        attempt=2,
        script_name="follow",
        script_config={"target_user": "you"},
        username="me",
        platform="tiktok",
        package="com.zhiliaoapp.musically",
        folder="/var/lib/drover/tasks/7",
        deadline_s=300.0,
        settle=True,
        media=[MEDIA],
        media_roots=["/srv/media"],
        managed=custom.ManagedRun(
            spec=COMMAND,
            session="5e55",
            api_base="http://127.0.0.1:50809/api/v1/",
            token_file="/var/lib/drover/api-token",
        ),
        account="me",
        logged_in_as="you",
    ),
    worker.StopAttempt(fence=12),
    worker.IntentRecorded(fence=12),
    worker.IntentRefused(fence=12, why="the attempt has ended"),
    worker.AccountNoted(fence=12, verdict=worker.AccountVerdict.OTHER_ACCOUNT, why="it pauses"),
    worker.Probe(),
    worker.ReadAccounts(request_id=4, platform="instagram", package="com.instagram.clone"),
    worker.Tidy(keep=[34, 35]),
    direct.DirectRpc(request_id=5, method="click", params=[1, 2], timeout_s=5.5, folder="/run/drover/direct"),
    direct.DirectHierarchy(request_id=6, timeout_s=5.5, folder="/run/drover/direct"),
    direct.DirectScreenshot(request_id=7, timeout_s=5.5, folder="/run/drover/direct"),
    direct.DirectAdb(request_id=8, args=["shell", "id"], timeout_s=5.5, folder="/run/drover/direct"),
    direct.DirectCheck(request_id=9, platform="tiktok", timeout_s=5.5, folder="/run/drover/direct"),
    direct.DirectEnded(),
    worker.Shutdown(),
]

FROM_WORKER: list[worker.FromWorker] = [
    worker.WorkerHello(version=1, boot_id="b00t", serial="R58M123ABC", incarnation=3, pid=4243),
    worker.PhoneReady(facts=FACTS),
    worker.PhoneTrouble(why="does not answer", condition=PhoneCondition.NO_KEYBOARD),
    worker.OtherPhone(why="its Android id differs"),
    worker.EngineCured(cure="restart", why="it did not answer"),
    worker.Heartbeat(fence=12),
    worker.Progressed(fence=12, phase=Phase.PREPARE, step="opens the profile", progress=20),
    worker.IntentRequested(fence=12, what="tap Follow"),
    worker.TapSent(fence=12),
    worker.EffectConfirmed(fence=12, evidence=["proof.png"]),
    worker.Ended(
        fence=12,
        outcome=worker.Outcome.FAILED,
        effect=Effect.SENT,
        reason=Reason.TIMEOUT,
        remark="no proof in time",
        evidence=["last.png"],
        trouble=Trouble.CAPTCHA,
        condition=PhoneCondition.INPUT_FORBIDDEN,
        untapped=True,
    ),
    worker.AttemptRefused(fence=12, why="busy with 11"),
    worker.AccountsRead(
        request_id=4,
        usernames=["me", "shop"],
        active="me",
        why="no switcher opened",
        reason=Reason.NOT_LOGGED_IN,
        package="com.x",
        main=False,
        version="1",
    ),
    worker.AccountSeen(fence=12, username="me", package="com.x", main=False, version="1"),
    direct.DirectAnswered(
        request_id=5,
        end=direct.DirectEnd.UNCERTAIN,
        data=b"true",
        path="/run/drover/direct/5-1.png",
        why="no answer came",
    ),
]

FROM_ZYGOTE: list[zygote.FromZygote] = [
    zygote.ZygoteReady(pid=4000, plugins=[SHEET]),
    zygote.Forked(serial="R58M123ABC", incarnation=3, pid=4243),
    zygote.Exited(pid=4243, status=-9),
]

EXAMPLES: dict[str, tuple[Codec[Any], list[Any]]] = {
    "request": (control.REQUESTS, [control.Request(id=5, body=body) for body in REQUESTS]),
    "called": (control.REQUESTS, [control.Request(id=6, body=control.StopTask(task_id=7), caller=CALLER)]),
    "heard": (control.REQUESTS, [control.Request(id=6, body=control.RetryAll(), progress=True)]),
    "response": (control.RESPONSES, [control.Response(id=5, body=body) for body in RESPONSES]),
    "to_worker": (worker.TO_WORKER, list(TO_WORKER)),
    "from_worker": (worker.FROM_WORKER, list(FROM_WORKER)),
    "to_zygote": (zygote.TO_ZYGOTE, [zygote.Fork(spec=SPEC)]),
    "from_zygote": (zygote.FROM_ZYGOTE, list(FROM_ZYGOTE)),
}


def innermost(message: Any) -> Any:
    """The message proper: inside the request or response, and inside the event."""
    while isinstance(message, control.Request | control.Response | events.Event):
        message = message.body
    return message


def tag_of(message: Any) -> str:
    """The tag of the message proper."""
    return str(type(innermost(message)).__struct_config__.tag)


def golden_lines() -> list[str]:
    """Name and hexadecimal bytes of each example."""
    lines: list[str] = []
    for conversation, (codec, messages) in EXAMPLES.items():
        for message in messages:
            lines.append(f"{conversation}.{tag_of(message)} {codec.encode(message).hex(' ', 4)}")
    return lines


if __name__ == "__main__":
    print("\n".join(golden_lines()))
