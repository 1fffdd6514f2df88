"""What the phone's own commands print, and what is never given to them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.phone import shell
from drover.phone.adb import Adb, Output, quote
from drover.phone.engine import AppMissingError, PhoneError, PhoneStartingError

NO_APP = "Unable to find package: org.example.app\n"


class Scripted(Adb):
    """An adb that answers from a list and keeps what it was asked."""

    def __init__(self, *answers: str, exit_code: int = 0) -> None:
        super().__init__("phone-1")
        self.asked: list[list[str]] = []
        self._answers = list(answers)
        self._exit_code = exit_code

    def shell_script(self, commands, *, timeout_s):  # type: ignore[no-untyped-def]
        self.asked += [list(args) for args in commands]
        return Output(stdout=self._answers.pop(0).encode(), stderr=b"", exit_code=self._exit_code)


STARTED = """Starting: Intent {{ act=android.intent.action.VIEW dat=https://www.tiktok.com/... pkg={package} }}
Status: ok
LaunchState: WARM
Activity: {package}/.Main
Complete
"""
UNRESOLVED = """Starting: Intent { act=android.intent.action.VIEW dat=https://x.example/ }
Error: Activity not started, unable to resolve Intent { act=android.intent.action.VIEW }
"""


def test_started() -> None:
    adb = Scripted(STARTED.format(package="org.example.app"))
    shell.open_link(adb, "https://www.tiktok.com/@Error", "org.example.app", timeout_s=1)
    assert adb.asked[0][-2:] == ["https://www.tiktok.com/@Error", "org.example.app"]


def test_a_name_called_error_is_no_error() -> None:
    shown = "Starting: Intent { dat=https://www.tiktok.com/@Error: unable to resolve }\nStatus: ok\n"
    shell.open_link(Scripted(shown), "https://www.tiktok.com/@x", "org.example.app", timeout_s=1)


def test_brought_to_the_front_is_started() -> None:
    shown = "Starting: Intent { }\nWarning: Activity not started, its current task has been brought to the front\n"
    shell.launch(Scripted(shown), "org.example.app", timeout_s=1)


def test_unresolved_and_not_installed() -> None:
    with pytest.raises(AppMissingError, match=r"org\.example\.app is not installed"):
        shell.open_link(Scripted(UNRESOLVED, NO_APP), "https://x.example/", "org.example.app", timeout_s=1)


def test_unresolved_and_installed() -> None:
    adb = Scripted(UNRESOLVED, "    versionName=43.1.4\n")
    with pytest.raises(PhoneError, match="is installed and does not open https://x") as caught:
        shell.open_link(adb, "https://x.example/", "org.example.app", timeout_s=1)
    assert not isinstance(caught.value, AppMissingError)


def test_an_exception_is_a_failure() -> None:
    adb = Scripted("Exception occurred while executing 'start':\njava.lang.SecurityException\n", exit_code=255)
    with pytest.raises(PhoneError, match="could not start"):
        shell.launch(adb, "org.example.app", timeout_s=1)


@pytest.mark.parametrize(
    "package", ["", "app", "org.example.app;reboot", "-p", "org..app", "org.example.app\n", "a.b c"]
)
def test_s15_only_package_names_are_packages(package: str) -> None:
    adb = Scripted()
    for call in (shell.launch, shell.force_stop, shell.app_version):
        with pytest.raises(PhoneError, match="is not a package name"):
            call(adb, package, timeout_s=1)
    assert adb.asked == []


def test_facts_where_the_phone_keeps_silent() -> None:
    facts = shell.facts(_facts_adb("1", *[""] * 9, NO_APP), ["org.example.app"], engine="adb", timeout_s=1)
    assert (facts.sdk, facts.width, facts.battery, facts.apps) == (0, 0, None, {})
    assert (facts.storage_free_mb, facts.font_scale, facts.touches_allowed) == (None, 1.0, True)


def test_a_phone_that_still_starts_has_no_facts() -> None:
    with pytest.raises(PhoneStartingError, match="Android is starting"):
        shell.facts(_facts_adb("", "R58", "SM-A515F", "13", "33", *[""] * 5), [], engine="adb", timeout_s=1)


def test_facts_prefer_the_overridden_size() -> None:
    size = "Physical size: 1440x3120\nOverride size: 1080x2340"
    battery = "Current Battery Service state:\n  AC powered: true\n  level: 87\n  scale: 100"
    version = "Packages:\n  versionCode=1 minSdk=21\n  versionName=43.1.4\n"
    storage = "Filesystem 1K-blocks Used Available Use% Mounted on\n/dev/fuse 112345088 40112044 72233044 36% /s"
    adb = _facts_adb("1", "R58", "SM-A515F", "13", "33", "0", size, battery, storage, "1.3", version)
    facts = shell.facts(adb, ["org.example.app"], engine="adb", timeout_s=1)
    assert (facts.width, facts.height, facts.battery) == (1080, 2340, 87)
    assert (facts.hardware_serial, facts.model, facts.platform_version, facts.sdk) == ("R58", "SM-A515F", "13", 33)
    assert facts.apps == {"org.example.app": "43.1.4"}
    assert (facts.storage_free_mb, facts.font_scale, facts.touches_allowed) == (70540, 1.3, False)


def _facts_adb(*parts: str) -> Scripted:
    return Scripted("".join(f"{part}\n-- drover --\n" for part in parts))


@pytest.mark.parametrize(
    ("window", "activity", "package"),
    [
        ("  mCurrentFocus=Window{1a2b u0 org.example.app/org.example.app.Main}", "", "org.example.app"),
        (
            "  mCurrentFocus=null",
            "  topResumedActivity=ActivityRecord{a u0 org.example.app/.Main t12}",
            "org.example.app",
        ),
        ("", "    mResumedActivity: ActivityRecord{a u0 org.example.app/.Main t12}", "org.example.app"),
        ("  mCurrentFocus=Window{1 u0 NotificationShade}", "", "NotificationShade"),
        ("", "", ""),
    ],
)
def test_current_package(window: str, activity: str, package: str) -> None:
    assert shell.current_package(_facts_adb(window, activity), timeout_s=1) == package


@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), min_size=1))
def test_s15_quoting_never_leaves_a_word_open(words: list[str]) -> None:
    import shlex

    assert shlex.split(quote(words)) == words


def test_s15_nul_is_refused() -> None:
    with pytest.raises(ValueError, match="NUL"):
        quote(["a\0b"])
