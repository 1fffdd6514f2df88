"""The doctor's judgement: what is well, what works for now, what does not work, and that each says what mends it."""

import dataclasses
from datetime import UTC, datetime
from typing import Any

import pytest

from drover.policy import doctor
from drover.policy.doctor import AdbFacts, DaemonFacts, FileFacts
from drover.wire.devices import (
    Connection,
    Device,
    DeviceFacts,
    DeviceState,
    Identity,
    PhoneCondition,
    TransportKind,
)
from drover.wire.doctor import Finding, Level
from drover.wire.holds import DROVER, PERSON, Pause, PauseSubject

GOOD_ADB = AdbFacts(
    address="127.0.0.1:5037", connected=True, listens=("127.0.0.1", "::1"), server_version="41", own_version="41"
)
GOOD_DAEMON = DaemonFacts(
    as_root=False,
    disk_free=50 * 1024**3,
    data_dir="/data",
    api_enabled=True,
    api_url="http://127.0.0.1:50809/api/v1/",
    messages_dropped=0,
)
GOOD_FILE = FileFacts(check="database", path="/data/drover.db", mode=0o600, most=0o600)


def worst(findings: list[Finding]) -> Level:
    order = list(Level)
    return max((finding.level for finding in findings), key=order.index)


def test_what_is_well_is_ok() -> None:
    found = [*doctor.adb(GOOD_ADB), *doctor.daemon(GOOD_DAEMON), *doctor.files([GOOD_FILE])]
    found += doctor.devices([Device(serial="R58M", state=state) for state in (DeviceState.IDLE, DeviceState.BUSY)])
    assert {finding.level for finding in found} == {Level.OK}


@pytest.mark.parametrize(
    ("change", "level", "words"),
    [
        ({"connected": False}, Level.ERROR, "does not answer"),
        ({"server_version": "39"}, Level.WARNING, "version 39"),
        ({"server_version": ""}, Level.OK, "unknown"),
        ({"listens": ("0.0.0.0",)}, Level.ERROR, "0.0.0.0"),
        ({"listens": ("::",)}, Level.ERROR, "::"),
        ({"listens": ("127.0.0.1", "192.168.1.5")}, Level.ERROR, "192.168.1.5"),
    ],
)
def test_s29_the_adb_server(change: dict[str, Any], level: Level, words: str) -> None:
    findings = doctor.adb(dataclasses.replace(GOOD_ADB, **change))
    assert worst(findings) is level
    assert any(words in finding.found for finding in findings)


@pytest.mark.parametrize(
    ("change", "level"),
    [
        ({"as_root": True}, Level.WARNING),
        ({"disk_free": 500 * 1024**2}, Level.WARNING),
        ({"disk_free": 100 * 1024**2}, Level.ERROR),
        ({"api_url": ""}, Level.ERROR),
        ({"api_url": "", "api_enabled": False}, Level.OK),
        ({"api_url": "", "api_socket": "/run/drover/api.sock"}, Level.OK),
        ({"api_open": True}, Level.OK),
        ({"other_users": ["ada"]}, Level.OK),
        ({"api_open": True, "other_users": ["ada"]}, Level.WARNING),
        ({"messages_dropped": 3}, Level.WARNING),
        ({"restored": 3, "restored_blind": 1}, Level.WARNING),
        ({"inodes_free": 900}, Level.WARNING),
        ({"inodes_free": 90_000}, Level.OK),
        ({"cannot_take": {"evidence": "no file can be kept in /data/tasks: No space left on device"}}, Level.ERROR),
    ],
)
def test_the_daemon(change: dict[str, Any], level: Level) -> None:
    assert worst(doctor.daemon(dataclasses.replace(GOOD_DAEMON, **change))) is level


def test_case_b9_an_api_that_other_users_can_reach_names_them_and_both_cures() -> None:
    many = ["ada", "bob", "eve", "joe", "kim"]
    facts = dataclasses.replace(GOOD_DAEMON, api_socket="/run/drover/api.sock", api_open=True, other_users=many)
    tcp, socket, warning = (finding for finding in doctor.daemon(facts) if finding.check == "REST API")
    assert [tcp.subject, socket.subject] == [facts.api_url, "/run/drover/api.sock"]
    assert "(ada, bob, eve and 2 more)" in warning.found
    for cure in ("require_token = true", "droverctl token show", "socket", "tcp = false"):
        assert cure in warning.fix


@pytest.mark.parametrize(
    ("change", "level"),
    [
        ({"mode": 0o644}, Level.WARNING),
        ({"mode": 0o400}, Level.OK),
        ({"mode": None}, Level.ERROR),
        ({"mode": None, "wanted": False}, Level.OK),
        ({"ours": False}, Level.ERROR),
    ],
)
def test_s29_files(change: dict[str, Any], level: Level) -> None:
    assert worst(doctor.files([dataclasses.replace(GOOD_FILE, **change)])) is level


@pytest.mark.parametrize("state", list(DeviceState))
def test_every_state_of_a_phone_is_judged(state: DeviceState) -> None:
    (finding,) = doctor.devices([Device(serial="R58M", state=state, reason="because")])
    assert "because" in finding.found
    assert (finding.level is Level.OK) == (finding.fix == "")


@pytest.mark.parametrize(
    ("serial", "public"),
    [
        ("8.8.8.8:5555", True),
        ("[2a00:1450::1]:5555", True),
        ("192.168.1.20:5555", False),
        ("100.64.0.1:5555", False),
        ("127.0.0.1:5555", False),
        ("R58M123ABC", False),
        ("phone.example:5555", False),
    ],
)
def test_s29_phones_at_public_addresses(serial: str, public: bool) -> None:
    found = doctor.devices([Device(serial=serial, state=DeviceState.IDLE)])
    assert any("public address" in finding.found for finding in found) is public


def test_a_battery_that_is_nearly_empty() -> None:
    facts = DeviceFacts(battery=7)
    assert worst(doctor.devices([Device(serial="R58M", state=DeviceState.IDLE, facts=facts)])) is Level.WARNING
    assert len(doctor.devices([Device(serial="R58M", state=DeviceState.ABSENT, facts=facts)])) == 1


@pytest.mark.parametrize(
    ("facts", "level"),
    [
        (DeviceFacts(touches_allowed=False), Level.ERROR),
        (DeviceFacts(storage_free_mb=120), Level.WARNING),
        (DeviceFacts(storage_free_mb=12000), Level.OK),
        (DeviceFacts(font_scale=1.3), Level.WARNING),
    ],
)
def test_settings_of_a_phone(facts: DeviceFacts, level: Level) -> None:
    assert worst(doctor.devices([Device(serial="R58M", state=DeviceState.IDLE, facts=facts)])) is level


def test_case_p7_a_phone_that_waits_for_a_person_is_bad_and_says_the_step() -> None:
    device = Device(
        serial="R58M",
        state=DeviceState.PREPARING,
        reason="locked with a PIN, a pattern or a password; unlock it by hand",
        condition=PhoneCondition.LOCKED,
    )
    (finding,) = doctor.devices([device])
    assert (finding.level, finding.fix) == (Level.ERROR, "unlock it by hand")
    assert "locked with a PIN" in finding.found


def test_no_phone_at_all_says_how_to_attach_one() -> None:
    (finding,) = doctor.devices([])
    assert finding.fix


def paused(reason: str, **more: Any) -> Pause:
    fields: dict[str, Any] = {
        **{"subject": PauseSubject.ACCOUNT, "platform": "tiktok", "username": "shop.one", "serial": "R58M1"},
        **{"by": DROVER, "since": datetime(2026, 11, 24, tzinfo=UTC)},
        **more,
    }
    return Pause(reason=reason, **fields)


def test_r24_each_account_in_trouble_is_a_finding_with_its_fix() -> None:
    later = datetime(2026, 11, 25, tzinfo=UTC)
    found = doctor.pauses(
        [paused("captcha"), paused("too_fast", until=later), paused("person", by=PERSON, words="new")]
    )
    assert [(one.level, one.subject, one.found) for one in found] == [
        (Level.ERROR, "@shop.one on tiktok", "met a captcha"),
        (
            Level.WARNING,
            "@shop.one on tiktok",
            "was told by the app that it is too fast; it goes on by itself (droverctl account list says when)",
        ),
        (Level.OK, "@shop.one on tiktok", "is paused (new); to go on: droverctl account resume shop.one"),
    ]
    assert found[0].fix == "answer it on phone R58M1 by hand, then: droverctl account resume shop.one"
    assert found[1].fix == "nothing; to go on before: droverctl account resume shop.one"


def _reached(
    serial: str, state: DeviceState, word: str, *, identity: Identity | None = None, used: bool = False
) -> Device:
    one = Connection(name=serial, kind=TransportKind.USB, state=word, usb="usb:1-1", in_use=used, proof="words")
    return Device(serial=serial, state=state, reason="words", connections=[one], identity=identity or Identity())


@pytest.mark.parametrize("word", ["sideload", "recovery", "detached", "connecting"])
def test_case_p5_nobody_is_told_to_unplug_a_phone_that_does_something_else(word: str) -> None:
    (finding,) = doctor.devices([_reached("R58MA", DeviceState.OFFLINE, word)])
    assert finding.level is Level.WARNING
    assert "unplug" not in finding.fix


def test_case_p6_no_permissions_names_the_one_step() -> None:
    word = "no permissions (user ann is not in the plugdev group); see [http://x]"
    (finding,) = doctor.devices([_reached("R58MA", DeviceState.UNAUTHORIZED, word)])
    assert (finding.level, "to the group plugdev" in finding.fix) == (Level.ERROR, True)


def test_case_p2_phones_that_answer_alike_are_named_together() -> None:
    one, other = Identity(serialno="1234", android_id="a" * 16), Identity(serialno="1234", android_id="b" * 16)
    found = doctor.devices(
        [
            _reached("x", DeviceState.IDLE, "device", identity=one, used=True),
            _reached("y", DeviceState.IDLE, "device", identity=other, used=True),
        ]
    )
    (finding,) = [one for one in found if one.level is not Level.OK]
    assert (finding.subject, "serial number, 1234" in finding.found) == ("x, y", True)


def test_case_p2_a_phone_in_doubt_is_an_error() -> None:
    (finding,) = doctor.devices([_reached("x", DeviceState.PREPARING, "device")])
    assert finding.level is Level.ERROR
