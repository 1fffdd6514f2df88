"""Ten thousand captions and user names, each one word of a shell's line, whichever shell reads it (S15, S16)."""

import random
import subprocess
from urllib.parse import quote as percent
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover import apps
from drover.phone import shell
from drover.phone.adb import Adb, quote
from drover.phone.engine import PhoneError
from drover.wire.scripts import USERNAME
from tests.support.phone_shell import new_device, run

PIECES = [
    *"'\"`$\\;|&<>(){}[]*?!~#%=^:@,.+-_/ \t\n\rabcXYZ019",
    *("$(reboot)", "`reboot`", "; rm -rf /", "&& id", "|| id", "\\'", "''", "--", "-n", "%s"),
    *("\u00e9", "日本", "😀", "👩\u200d🚀", "\u202e", "\x1b[2J", "\x7f"),
]
MANY = 10_000
APPS = [(name, apps.load(name)) for name in apps.PLATFORMS]
A_LINE = 200


def captions() -> list[str]:
    rng = random.Random(15)
    return ["".join(rng.choices(PIECES, k=rng.randint(0, 25))) for _ in range(MANY)]


def test_s15_ten_thousand_captions_are_one_word_each_for_a_real_shell() -> None:
    words = captions()
    assert len(set(words)) > 9_000
    for start in range(0, MANY, A_LINE):
        batch = words[start : start + A_LINE]
        line = quote(["printf", "%s\\0", *batch])
        done = subprocess.run(["sh", "-c", line], capture_output=True, check=True, timeout=20)
        assert done.stdout.decode().split("\0")[:-1] == batch


def test_s15_ten_thousand_captions_are_one_word_each_for_the_phones_shell() -> None:
    device = new_device()
    words = captions()
    for start in range(0, MANY, A_LINE):
        batch = words[start : start + A_LINE]
        done = run(device, " ; ".join(quote(["printf", "%s", f"{word}|end"]) for word in batch))
        assert (done.code, done.err) == (0, "")
        assert done.out == "".join(f"{word}|end" for word in batch)


@given(st.from_regex(USERNAME, fullmatch=True))
def test_s16_user_names_are_plain_words_and_stay_inside_their_link(name: str) -> None:
    assert quote([name]) == name
    for _, app in APPS:
        for template in app.links.values():
            made = urlsplit(template.format(user=name, query=percent(name, safe="")))
            plain = urlsplit(template.format(user="x", query="x"))
            assert (made.scheme, made.netloc) == (plain.scheme, plain.netloc)
            assert made.fragment == plain.fragment


def test_s16_links_are_https_of_the_apps_own_hosts_or_their_own_schemes() -> None:
    for platform, app in APPS:
        for template in app.links.values():
            parts = urlsplit(template)
            assert parts.scheme in shell.SCHEMES
            if parts.scheme == "https":
                assert parts.hostname is not None
                assert parts.hostname.split(".")[-2] == platform


@pytest.mark.parametrize(
    "url",
    [
        "http://www.tiktok.com/@x",
        "javascript:alert(1)",
        "file:///sdcard/x",
        "content://media/1",
        "intent://x#Intent;scheme=https;end",
        "market://details?id=x",
        "tel:123",
        "",
        "//www.tiktok.com/@x",
        "https://www.tiktok.com/@x y",
        "https://www.tiktok.com/@x\n--es a b",
        "-d",
    ],
)
def test_s16_other_links_are_never_opened(url: str) -> None:
    class Untouched(Adb):
        def shell_script(self, commands, *, timeout_s):  # type: ignore[no-untyped-def]
            raise AssertionError("the phone was asked")

    with pytest.raises(PhoneError, match="is not a link that may be opened"):
        shell.open_link(Untouched("phone-1"), url, "com.example.app", timeout_s=1)


@pytest.mark.parametrize("name", ["", "a b", "a;b", "-rf", "a'b", "a\nb", "x" * 31, "../x", "a/b", "é", "a%00", "@@a"])
def test_s16_other_names_are_no_user_names(name: str) -> None:
    assert not USERNAME.fullmatch(name)
