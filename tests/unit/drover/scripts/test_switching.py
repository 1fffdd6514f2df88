"""Switching and reading accounts where lists are long, names alike, apps slow: on hand-written screens."""

import pytest

from drover.scripts.context import ScriptFailed
from drover.scripts.identity import become, logged_in
from drover.scripts.navigation import Navigator, NotReachedError
from drover.wire.tasks import Reason
from drover.wire.worker import AccountsRead, ReadAccounts
from drover.worker.account_reader import read_accounts
from tests.support.hand_phone import Accounts, HandPhone
from tests.support.mockups import as_instagram
from tests.support.script_phone import RecordingContext, simulate_time
from tests.support.trees import button, label, tree

IG = "com.instagram.android"
MANY = ["anna.b", "anna.b_", "_anna", "anna_b", "Anna.B.1", "bea", "b.e.a", "carla__x", "dora99", "e.f", "zoe.last"]


def drive(app: Accounts, monkeypatch: pytest.MonkeyPatch) -> Navigator:
    phone = HandPhone(app)
    simulate_time(monkeypatch, phone.clock)
    return Navigator(RecordingContext(phone, package=IG, platform="instagram"))


@pytest.mark.parametrize("visible", [3, 5, 6])
@pytest.mark.parametrize("wanted", ["anna.b_", "anna_b", "b.e.a", "zoe.last", "ANNA.b.1"])
def test_the_account_is_found_however_long_the_list(monkeypatch: pytest.MonkeyPatch, wanted: str, visible: int) -> None:
    app = Accounts(MANY, visible=visible)
    become(drive(app, monkeypatch), wanted)
    assert [name.lower() for name in app.switches] == [wanted.lower()]
    assert app.active.lower() == wanted.lower()


@pytest.mark.parametrize("after", ["home", "profile", "prompt"])
@pytest.mark.parametrize("slow_looks", [0, 30])
def test_the_handle_is_waited_for_after_the_switch(
    monkeypatch: pytest.MonkeyPatch, after: str, slow_looks: int
) -> None:
    app = Accounts(MANY[:3], after=after, slow_looks=slow_looks)
    become(drive(app, monkeypatch), "_anna")
    assert (app.active, app.switches) == ("_anna", ["_anna"])


def test_the_active_account_is_left_alone_whatever_its_case(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Accounts(MANY)
    become(drive(app, monkeypatch), "Anna.B")
    assert app.switches == []


def test_a_lookalike_is_another_account_and_all_that_is_listed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Accounts(MANY, visible=4)
    with pytest.raises(ScriptFailed) as failed:
        become(drive(app, monkeypatch), "anna..b")
    assert failed.value.reason is Reason.WRONG_ACCOUNT
    assert all(f"@{name}" in failed.value.remark for name in MANY)
    assert app.switches == []
    assert app.page == "profile"


def test_an_app_that_keeps_the_old_account_is_wrong_account(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Accounts(MANY, slow_looks=10_000)
    with pytest.raises(ScriptFailed) as failed:
        become(drive(app, monkeypatch), "bea")
    assert failed.value.reason is Reason.WRONG_ACCOUNT
    assert "would not switch" in failed.value.remark


def test_an_account_whose_login_ran_out_is_not_logged_in(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Accounts(MANY, dead=["bea"])
    with pytest.raises(ScriptFailed) as failed:
        become(drive(app, monkeypatch), "bea")
    assert failed.value.reason is Reason.NOT_LOGGED_IN


@pytest.mark.parametrize("names", [MANY, MANY[:2], ["only.me"]])
def test_all_accounts_are_read_and_the_switcher_is_closed(monkeypatch: pytest.MonkeyPatch, names: list[str]) -> None:
    app = Accounts(names, visible=4)
    found = logged_in(drive(app, monkeypatch))
    assert (list(found.usernames), found.active) == (names, names[0])
    assert (app.page, app.switches) == ("profile", [])


def test_a_profile_that_opens_no_switcher_is_one_account(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Accounts(["only.me"])
    monkeypatch.setattr(app, "_switcher", lambda: None)
    assert logged_in(drive(app, monkeypatch)).usernames == ("only.me",)


def read(app: Accounts, monkeypatch: pytest.MonkeyPatch) -> AccountsRead:
    phone = HandPhone(app)
    simulate_time(monkeypatch, phone.clock)
    return read_accounts(phone, ReadAccounts(request_id=7, platform="instagram"), IG, lambda: None)


def test_reading_answers_with_the_names_and_leaves_the_phone_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Accounts(MANY)
    assert read(app, monkeypatch) == AccountsRead(request_id=7, usernames=MANY, active="anna.b", package=IG)
    assert not app.running


def test_reading_a_logged_out_app_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Accounts(MANY)
    app.page = "wall"
    answer = read(app, monkeypatch)
    assert (answer.usernames, answer.active) == ([], None)
    assert "log in on the phone" in answer.why


def test_reading_what_nobody_knows_says_what_was_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Accounts(MANY)
    strange = as_instagram(tree(label("Zelotima", (0, 300, 1080, 400)), button("Pomura", (0, 500, 1080, 600))))
    monkeypatch.setattr(app, "xml", lambda: strange)
    assert "the navigation bar" in read(app, monkeypatch).why


def test_not_reached_is_raised_for_whoever_knows_what_to_say(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Accounts(MANY)
    nav = drive(app, monkeypatch)
    monkeypatch.setattr(app, "_profile", lambda: None)
    with pytest.raises(NotReachedError):
        become(nav, "bea")
