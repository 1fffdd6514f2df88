"""Accounts as CSV: what goes out comes back, spreadsheets run nothing, mistakes are told by line and column."""

import csv
import io
import string
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.policy import accounts_csv
from drover.policy.accounts import changed, checked, merged
from drover.wire.control import Account, ChangeAccount
from drover.wire.faults import Code, RequestError

HEADER = "username,platform,serial,package,enabled,note"


def account(username: str = "shop.one", **more: object) -> Account:
    return checked(Account(**{"username": username, "serial": "R58M1", "platform": "tiktok", "enabled": True, **more}))  # type: ignore[arg-type]


def stored(changes: Sequence[ChangeAccount]) -> list[Account]:
    return [checked(changed(None, change)) for change in changes]


def mistakes(text: str) -> list[tuple[int, str]]:
    with pytest.raises(RequestError) as refused:
        accounts_csv.read(text)
    assert refused.value.failure.code is Code.INVALID
    assert refused.value.failure.data is not None
    return [(one["line"], one["column"]) for one in refused.value.failure.data["errors"]]


names = st.text(string.ascii_letters + string.digits + "._", min_size=1, max_size=30)
notes = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=40) | st.from_regex(
    r"'{0,3}[=+\-@][a-zA-Z0-9()'\",;]{0,20}", fullmatch=True
)
accounts_ = st.lists(
    st.builds(
        account,
        names,
        serial=st.sampled_from(["R58M1", "127.0.0.1:5555", "=1", "+33", "@home"]),
        platform=st.sampled_from(["tiktok", "instagram"]),
        enabled=st.booleans(),
        package=st.sampled_from(["", "com.app.clone"]),
        note=notes,
    ),
    max_size=8,
    unique_by=lambda one: (one.username.lower(), one.platform),
)


@given(some=accounts_)
def test_s20_what_goes_out_comes_back_unchanged_and_begins_no_formula(some: list[Account]) -> None:
    text = accounts_csv.write(some)
    assert stored(accounts_csv.read(text)) == some
    for row in csv.reader(io.StringIO(text, newline="")):
        assert not [cell for cell in row if cell[:1] in {"=", "+", "-", "@", "\t", "\r", "\n"}]


@pytest.mark.parametrize(
    "text",
    [
        f"{HEADER}\nshop.one,tiktok,R58M1,,yes,\n",
        f"\ufeff{HEADER}\r\nshop.one,tiktok,R58M1,,yes,\r\n",
        "Serial;Username\nR58M1;@shop.one\n",
        "username\tserial\nshop.one\tR58M1\n\n",
        'serial,username\n "R58M1",shop.one\n'.replace(' "', '"'),
        "username,serial,platform,enabled\nshop.one,R58M1,TikTok,TRUE",
    ],
)
def test_as_spreadsheets_and_people_write_it(text: str) -> None:
    assert stored(accounts_csv.read(text)) == [account()]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", [(1, "username"), (1, "serial")]),
        ("username\nshop.one\n", [(1, "serial")]),
        ("username,serial,colour\n", [(1, "colour")]),
        ("username,serial,serial\n", [(1, "serial")]),
        ("username,serial\nshop.one\n", [(2, "")]),
        ("username,serial\nno name,a\nok,-rf\n", [(2, "username"), (3, "serial")]),
        ("username,serial,platform\nshop,a,ticktock\n", [(2, "platform")]),
        ("username,serial,enabled\nshop,a,perhaps\n", [(2, "enabled")]),
        ("username,serial,package\nshop,a,clone\n", [(2, "package")]),
        ("username,serial\nshop,a\n\nSHOP,b\n", [(4, "username")]),
        ('username,serial\nshop,"a\n', [(2, "")]),
    ],
)
def test_mistakes_are_told_by_line_and_column(text: str, where: list[tuple[int, str]]) -> None:
    assert mistakes(text) == where


@pytest.mark.parametrize("column", ["password", "Passwort", "token", "access_token", "secret", "2FA", "cookies", "pwd"])
def test_secrets_have_no_column(column: str) -> None:
    with pytest.raises(RequestError, match="Drover stores no passwords, tokens or other secrets") as refused:
        accounts_csv.read(f"username,serial,{column}\nshop,a,hunter2\n")
    assert "hunter2" not in str(refused.value)


def test_too_many_rows_are_refused() -> None:
    rows = "".join(f"shop{number},a\n" for number in range(accounts_csv.MAX_ROWS + 1))
    assert mistakes(f"username,serial\n{rows}") == [(accounts_csv.MAX_ROWS + 2, "")]


def test_what_has_no_column_stays() -> None:
    known = account(note="till 4", enabled=False, package="com.app.clone")
    (moved,), new, same = merged([known], accounts_csv.read("username,serial\nSHOP.ONE,other\n"))
    assert (moved, new, same) == (account(serial="other", note="till 4", enabled=False, package="com.app.clone"), 0, 0)
    assert merged([known], accounts_csv.read(accounts_csv.write([known]))) == ([], 0, 1)
    assert merged([], accounts_csv.read(accounts_csv.write([known]))) == ([known], 1, 0)
