"""droverctl account and device set: what is asked, what is printed, and the exit codes."""

from pathlib import Path

import pytest

from drover.wire.control import ChangeAccount, DiscoverAccounts, PutAccount, SetDevice
from drover.wire.devices import Connection, DeviceState, TransportKind
from tests.support.control import FakeDaemon
from tests.support.ctl import Ctl
from tests.support.daemon_model import LOGIN
from tests.unit.ctl.conftest import A, B


@pytest.fixture
def two(ctl: Ctl) -> Ctl:
    assert ctl("account", "add", "@shop.one", "--serial", A).code == 0
    assert ctl("account", "add", "shop.two", "--serial", B, "--platform", "instagram", "--disabled").code == 0
    return ctl


def test_accounts_are_listed_with_what_they_used(two: Ctl, fake: FakeDaemon) -> None:
    fake.model.accounts["shop.one", "tiktok"].used_today["follow"] = 3
    assert [line.split() for line in two("account", "list").lines[1:]] == [
        ["shop.one", "tiktok", A, "enabled", "-", "3/60", "follow", "-"],
        ["shop.two", "instagram", B, "disabled", "-", "-", "-"],
    ]
    assert [row["username"] for row in two("account", "list", "--disabled", "--json").json] == ["shop.two"]
    assert [row["username"] for row in two("account", "list", "--serial", A, "--json").json] == ["shop.one"]
    assert [row["username"] for row in two("account", "list", "--platform", "instagram", "--json").json] == ["shop.two"]
    shown = two("account", "show", "SHOP.ONE").out
    assert "follow today    3 of 60" in shown
    assert "post today      0 of 5" in shown
    assert two("account", "show", "shop.one", "--json").json["used_today"] == {"follow": 3}


def test_an_account_is_added_once_changed_and_removed(two: Ctl, fake: FakeDaemon) -> None:
    again = two("account", "add", "Shop.One", "--serial", A)
    assert (again.code, "already" in again.err) == (5, True)
    moved = two("account", "set", "shop.one", "--serial", B, "--package", "com.app.clone", "--note", "till 4")
    assert moved.out == f"@shop.one (tiktok) is on {B} in com.app.clone\n"
    assert fake.requests[-1].body == ChangeAccount(
        username="shop.one", serial=B, package="com.app.clone", note="till 4"
    )
    assert two("account", "disable", "@shop.one").out == "@shop.one (tiktok) is disabled\n"
    assert two("account", "enable", "shop.one", "--json").json["enabled"] is True
    assert two("account", "set", "shop.one").code == 2
    assert two("account", "remove", "shop.one").code == 0
    for command in ("remove", "show", "disable"):
        assert two("account", command, "shop.one").code == 4


def test_a_name_on_two_platforms_needs_platform(two: Ctl) -> None:
    assert two("account", "add", "shop.one", "--serial", A, "--platform", "instagram").code == 0
    unclear = two("account", "disable", "shop.one")
    assert (unclear.code, "platform" in unclear.err) == (5, True)
    assert two("account", "disable", "shop.one", "--platform", "instagram").code == 0


def test_accounts_go_to_a_file_and_back(two: Ctl, tmp_path: Path) -> None:
    file = tmp_path / "accounts.csv"
    two("account", "set", "shop.one", "--note", "=1+1")
    assert two("account", "export", str(file)).out == f"wrote {file}\n"
    assert "'=1+1" in file.read_text()
    assert two("account", "export").out.splitlines() == file.read_text().splitlines()
    two("account", "remove", "shop.one")
    dry = two("account", "import", str(file), "--dry-run")
    assert dry.out == "1 would be registered, 0 would be changed, 1 as before\n"
    assert two("account", "show", "shop.one").code == 4
    assert two("account", "import", str(file), "--json").json["created"] == 1
    assert two("account", "show", "shop.one", "--json").json["note"] == "=1+1"


def test_a_bad_file_is_refused_with_every_mistake(two: Ctl, tmp_path: Path) -> None:
    file = tmp_path / "accounts.csv"
    file.write_text("username,serial,enabled\nno name,a,yes\nok,b,perhaps\n")
    refused = two("account", "import", str(file))
    assert refused.code == 2
    assert "line 2, column username" in refused.err
    assert "line 3, column enabled" in refused.err
    file.write_text("username,serial,password\nshop,a,hunter2\n")
    secret = two("account", "import", str(file))
    assert (secret.code, "stores no passwords" in secret.err, "hunter2" in secret.err) == (2, True, False)
    file.write_bytes("username,serial\nshop,é\n".encode("latin-1"))
    assert "UTF-8" in two("account", "import", str(file)).err
    assert two("account", "import", str(tmp_path / "missing.csv")).code == 2


def test_discovery_says_who_is_there(two: Ctl, fake: FakeDaemon) -> None:
    fake.model.logged_in[A, "tiktok"] = ["shop.three", "Shop.One"]
    found = two("account", "discover", A)
    assert [line.split() for line in found.lines] == [
        ["USERNAME", "ACTIVE", "REGISTERED"],
        ["shop.three", "yes", "no"],
        ["Shop.One", "no", "yes"],
    ]
    kept = two("account", "discover", A, "--register", "--json").json
    assert kept["registered"] == ["shop.three"]
    assert fake.requests[-1].body == DiscoverAccounts(serial=A, register=True)
    assert two("account", "show", "shop.three").code == 0


def test_discovery_of_a_phone_that_cannot_be_read(two: Ctl, fake: FakeDaemon) -> None:
    assert two("account", "discover", "nobody").code == 4
    fake.model.add_device(B, state=DeviceState.BUSY)
    assert two("account", "discover", B).code == 5
    assert two("account", "discover", A, "--platform", "instagram").code == 5


def test_a_phone_gets_a_note_and_tags(ctl: Ctl, fake: FakeDaemon) -> None:
    run = ctl("device", "set", A, "--note", "cracked", "--tag", "shelf 1,samsung", "--tag", "old")
    assert run.out == f"{A}: note cracked, tags shelf 1, samsung, old\n"
    assert fake.requests[-1].body == SetDevice(serial=A, note="cracked", tags=["shelf 1", "samsung", "old"])
    assert ctl("device", "set", A, "--tag", "", "--json").json["tags"] == []
    assert ctl("device", "show", A, "--json").json["note"] == "cracked"
    assert ctl("device", "set", A).code == 2
    assert ctl("device", "set", A, "--tag", "x" * 41).code == 2
    assert ctl("device", "set", "nobody", "--note", "x").code == 4


def test_case_o13_an_absent_phone_is_forgotten(ctl: Ctl, fake: FakeDaemon) -> None:
    assert ctl("device", "forget", A).code == 5
    fake.model.add_device(A, state=DeviceState.ABSENT)
    gone = ctl("device", "forget", A, "--json")
    assert (gone.json["serial"], gone.json["tasks"]) == (A, 0)
    assert ctl("device", "forget", A).code == 4


def test_a_phone_says_how_it_is_reached(ctl: Ctl, fake: FakeDaemon) -> None:
    cable = Connection(
        name="R58", kind=TransportKind.USB, state="device", usb="usb:1-2", in_use=True, proof="the same Android id"
    )
    fake.model.add_device(A, connections=[cable])
    assert "R58, usb, usb:1-2, in use: device (the same Android id)" in ctl("device", "show", A).out


def test_put_account_is_new(two: Ctl, fake: FakeDaemon) -> None:
    asked = [request.body for request in fake.requests if isinstance(request.body, PutAccount)]
    assert asked[0] == PutAccount(username="@shop.one", serial=A, new=True)


def test_r23_a_phone_says_as_whom_its_apps_are_logged_in(ctl: Ctl, fake: FakeDaemon) -> None:
    fake.model.add_device("R58MNEW", logins=[LOGIN])
    (line,) = [line for line in ctl("device", "show", "R58MNEW").lines if line.startswith("logged in")]
    assert line.endswith("com.zhiliaoapp.musically as @me (script, 2026-11-24 13:30:15)")
