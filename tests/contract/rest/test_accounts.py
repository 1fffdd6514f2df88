"""Accounts and what is written about phones, over HTTP."""

from typing import Any

import msgspec
import pytest

from drover.wire.control import CreateTasks
from drover.wire.devices import Connection, DeviceState, TransportKind
from tests.contract.rest.conftest import A, B
from tests.support.control import FakeDaemon
from tests.support.daemon_model import LOGIN
from tests.support.rest import Rest

SHOP = {"username": "@Shop.One", "serial": A, "package": "com.app.clone", "note": "till 4"}


@pytest.fixture
def shop(rest: Rest) -> dict[str, Any]:
    created: dict[str, Any] = rest.post("/account", SHOP).data
    return created


def test_an_account_from_its_registration_to_its_end(rest: Rest, shop: dict[str, Any]) -> None:
    assert shop == {
        **{"username": "Shop.One", "serial": A, "platform": "tiktok", "package": "com.app.clone", "enabled": True},
        **{"note": "till 4", "used_today": {}, "limits": {"follow": 60, "unfollow": 60, "post": 5}},
        **{"state": "enabled", "pause": None},
    }
    again = rest.post("/account", {**SHOP, "username": "shop.one"})
    assert (again.code, again.envelope["data"]) == (40901, {"username": "shop.one", "platform": "tiktok"})
    assert rest.get("/account/@SHOP.ONE").data == shop
    changed = rest.json("PATCH", "/account/shop.one", {"enabled": False, "serial": B}).data
    assert (changed["enabled"], changed["serial"], changed["note"]) == (False, B, "till 4")
    assert rest.json("PUT", "/account/shop.one", {"note": ""}).data["note"] == ""
    assert rest.send("DELETE", "/api/v1/account/shop.one").data == {"deleted_count": 1}
    for method in ("GET", "DELETE"):
        assert rest.send(method, "/api/v1/account/shop.one").code == 40401


def test_accounts_are_filtered(rest: Rest, shop: dict[str, Any]) -> None:
    rest.post("/account", {"username": "two", "serial": B, "platform": "instagram", "enabled": False})

    def names(query: str) -> list[str]:
        found = rest.get(f"/account?{query}").data
        assert found["total"] == len(found["accounts"])
        return [account["username"] for account in found["accounts"]]

    assert names("") == ["Shop.One", "two"]
    assert names("platform=instagram") == ["two"]
    assert names(f"serial={A}") == ["Shop.One"]
    assert names("enabled=true") == names("enabled=1") == ["Shop.One"]
    assert names("enabled=false&platform=tiktok") == []
    for wrong in ("platform=ticktock", "enabled=perhaps"):
        assert rest.get(f"/account?{wrong}").code == 40001


def test_a_name_on_two_platforms_needs_platform(rest: Rest, shop: dict[str, Any]) -> None:
    rest.post("/account", {**SHOP, "platform": "instagram"})
    unclear = rest.get("/account/shop.one")
    assert (unclear.code, unclear.message.startswith("platform:")) == (40901, True)
    assert unclear.envelope["data"]["platforms"] == ["tiktok", "instagram"]
    assert rest.get("/account/shop.one?platform=instagram").data["platform"] == "instagram"
    assert rest.send("DELETE", "/api/v1/account/shop.one?platform=instagram").code == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"username": None}, "username"),
        ({"username": "no name"}, "username"),
        ({"serial": ""}, "serial"),
        ({"platform": "ticktock"}, "platform"),
        ({"package": "clone"}, "package"),
        ({"enabled": "yes"}, "enabled"),
        ({"note": "a\nb"}, "note"),
    ],
)
def test_what_is_wrong_is_named(rest: Rest, changes: dict[str, Any], field: str) -> None:
    reply = rest.post("/account", {**SHOP, **changes})
    assert (reply.code, reply.message.partition(":")[0]) == (40001, field)


def test_s20_csv_out_and_in(rest: Rest, shop: dict[str, Any]) -> None:
    rest.json("PATCH", "/account/shop.one", {"note": "=HYPERLINK(1)"})
    reply = rest.get("/account/export")
    assert reply.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert reply.headers["Content-Disposition"] == 'attachment; filename="accounts.csv"'
    text = reply.body.decode()
    assert "'=HYPERLINK(1)" in text
    rest.send("DELETE", "/api/v1/account/shop.one")
    counts = {"created_count": 1, "changed_count": 0, "unchanged_count": 0}
    assert rest.post("/account/import", {"csv": text, "dry_run": True}).data == {**counts, "dry_run": True}
    assert rest.post("/account/import", {"csv": text}).data == {**counts, "dry_run": False}
    assert rest.get("/account/shop.one").data["note"] == "=HYPERLINK(1)"
    bad = rest.post("/account/import", {"csv": "username,serial,token\n"})
    assert (bad.code, "stores no passwords" in bad.message) == (40001, True)
    assert rest.post("/account/import", {}).code == 40001
    raw = rest.send("POST", "/api/v1/account/import", body=text.encode(), headers={"Content-Type": "text/csv"})
    assert raw.code == 41501
    for method in ("PATCH", "DELETE"):
        assert rest.send(method, "/api/v1/account/export").code == 40501


def test_the_platform_of_a_request_reaches_the_daemon(rest: Rest, fake: FakeDaemon) -> None:
    wanted = {"script_name": "follow", "serials": [A], "script_config": {"target_user": "ada"}}
    for platform in (None, "instagram"):
        assert rest.post("/task", {**wanted, "platform": platform}).code == 0
        asked = [request.body for request in fake.requests if isinstance(request.body, CreateTasks)]
        assert asked[-1].platform == platform
    assert rest.post("/task", {**wanted, "platform": "ticktock"}).message.startswith("platform:")


def test_a_phone_gets_a_note_and_tags(rest: Rest) -> None:
    changed = rest.json("PATCH", f"/device/{A}", {"note": "cracked", "tags": ["shelf 1"]}).data
    assert (changed["note"], changed["tags"]) == ("cracked", ["shelf 1"])
    assert rest.json("PATCH", f"/device/{A}", {"tags": []}).data["tags"] == []
    assert rest.get(f"/device/{A}").data["note"] == "cracked"
    for wrong, field in (({"tags": "x"}, "tags"), ({"tags": [1]}, "tags[0]"), ({"note": 1}, "note")):
        assert rest.json("PATCH", f"/device/{A}", wrong).message.startswith(f"{field}:")
    assert rest.json("PATCH", "/device/nobody", {"note": "x"}).code == 40401


def test_case_o13_an_absent_phone_is_forgotten(rest: Rest, fake: FakeDaemon) -> None:
    assert rest.send("DELETE", f"/api/v1/device/{A}").code == 40901
    fake.model.add_device(A, state=DeviceState.ABSENT)
    forgotten = {"serial": A, "deleted_tasks": 0, "deleted_accounts": 0}
    assert rest.send("DELETE", f"/api/v1/device/{A}").data == forgotten
    assert rest.send("DELETE", f"/api/v1/device/{A}").code == 40401


def test_case_p1_a_phone_says_how_it_is_reached(rest: Rest, fake: FakeDaemon) -> None:
    cable = Connection(
        name="R58", kind=TransportKind.USB, state="device", usb="usb:1-2", in_use=True, proof="the same Android id"
    )
    fake.model.add_device(A, connections=[cable])
    assert rest.get(f"/device/{A}").data["connections"] == [msgspec.to_builtins(cable)]


def test_accounts_of_a_phone_are_discovered(rest: Rest, fake: FakeDaemon) -> None:
    fake.model.logged_in[A, "tiktok"] = ["shop.one", "shop.two"]
    found = rest.post(f"/device/{A}/discover", {"register": True}).data
    assert found == {
        **{"serial": A, "platform": "tiktok", "package": "", "registered": ["shop.one", "shop.two"]},
        "accounts": [
            {"username": "shop.one", "active": True, "registered_on": A},
            {"username": "shop.two", "active": False, "registered_on": A},
        ],
    }
    assert rest.post(f"/device/{A}/discover").data["registered"] == []
    fake.model.add_device(B, state=DeviceState.BUSY)
    assert rest.post(f"/device/{B}/discover").code == 40901
    assert rest.post("/device/nobody/discover").code == 40401


def test_r23_a_device_says_as_whom_its_apps_are_logged_in(rest: Rest, fake: FakeDaemon) -> None:
    fake.model.add_device("R58MNEW", logins=[LOGIN])
    assert rest.get("/device/R58MNEW").data["logins"] == [
        {
            "platform": "tiktok",
            "package": "com.zhiliaoapp.musically",
            "username": "me",
            "source": "script",
            "learned_at": "2026-11-24 13:30:15",
        }
    ]
