"""Search: exactly the wanted user, by the app's link or by typing, and no one who only looks like them."""

import pytest

from drover.apps import load
from drover.apps.view import View
from drover.phone.engine import AppMissingError
from drover.phone.hierarchy import parse
from drover.scripts.search import exact_row, user_labels
from drover.wire.tasks import Reason
from tests.support.script_phone import DisplayPhone, RecordingContext, perform
from tests.support.trees import label, tree


def test_lookalikes_are_left_alone(phone: DisplayPhone) -> None:
    result = perform("follow", RecordingContext(phone), "anna.b", access_method="search")
    assert result.reason is None
    assert phone.taps() == [("follow", "anna.b", 1)]


def test_only_lookalikes_is_user_not_found(phone: DisplayPhone) -> None:
    result = perform("follow", RecordingContext(phone), "missing_zoe", access_method="search")
    assert result.reason is Reason.USER_NOT_FOUND
    assert phone.taps() == []


def test_typing_where_the_app_has_no_search_link(phone: DisplayPhone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(load("tiktok").links, "search")
    ctx = RecordingContext(phone)
    result = perform("follow", ctx, "anna.b", access_method="search")
    assert result.reason is None, result.remark
    assert phone.effects() == [("follow", "anna.b", 1)]


def test_missing_app_is_said_by_the_phone(phone: DisplayPhone) -> None:
    ctx = RecordingContext(phone, package="com.ss.android.ugc.trill")
    with pytest.raises(AppMissingError):
        perform("follow", ctx, "anna.b")


def test_display_names_are_no_handles() -> None:
    rows = tree(
        label("anna.b", (200, 500, 500, 550)),
        label("@anna.b1", (200, 560, 500, 600)),
        label("Anna", (200, 700, 500, 750)),
        label("@Anna.B ", (200, 760, 500, 800)),
    )
    found = exact_row(user_labels(View(load("tiktok"), parse(rows))), "anna.b")
    assert found is not None
    assert found.text == "@Anna.B"
