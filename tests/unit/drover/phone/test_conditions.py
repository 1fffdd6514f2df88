"""What a phone says of itself, in the words of Android 8 to 15 and of makers: judged from standard output alone."""

import pytest

from drover.phone import conditions, keyguard
from drover.phone.adb import Adb, Output
from drover.phone.engine import InputForbiddenError, PhoneNotReadyError
from drover.phone.hierarchy import parse
from drover.phone.injection import is_refused
from drover.wire.devices import PhoneCondition

WARNING = "WARNING: linker: /vendor/lib64/libx.so: unsupported flags DT_FLAGS_1=0x8000001"
UNLOCKED, LOCKED_USER = "RUNNING_UNLOCKED", "RUNNING_LOCKED"
USER = ' User "Owner" (id=0, flags=0x13) (current): '
TRUST = {
    "8": USER + "trusted=0, trustManaged=0, deviceLocked={}, strongAuthRequired=0x1",
    "11": USER + "trusted=0, trustManaged=1, deviceLocked={}, strongAuthRequired=0x0",
    "14": USER
    + "trustState=UNTRUSTED, trustManaged=0, deviceLocked={}, isActiveUnlockRunning=0, strongAuthRequired=0x0",
}
DF = "Filesystem 1K-blocks Used Available Use% Mounted on\n/dev/block/dm-46 112345088 40112044 {} 36% /data"
POLICY = "    KeyguardServiceDelegate\n      showing={}\n      occluded=false\n      secure={}\n"


def answers(**changed: str) -> list[str]:
    said = {
        "state": UNLOCKED, "available": "true", "trust": TRUST["14"].format(0), "df": DF.format(72233044),
        "allowed": "", "miui": "", "hyper": "", **changed,
    }  # fmt: skip
    return list(said.values())


class Saying(Adb):
    """An adb that answers each script from a list: the parts of its answer, and what it wrote to stderr."""

    def __init__(self, *scripts: list[str], stderr: str = "") -> None:
        super().__init__("phone-1")
        self.asked: list[list[str]] = []
        self._scripts, self._stderr = list(scripts), stderr

    def shell_script(self, commands, *, timeout_s):  # type: ignore[no-untyped-def]
        self.asked += [list(args) for args in commands]
        out = "".join(f"{part}\n-- drover --\n" for part in self._scripts.pop(0))
        return Output(stdout=out.encode(), stderr=self._stderr.encode(), exit_code=0)


def condition_of(*scripts: list[str]) -> PhoneCondition | None:
    try:
        conditions.check(Saying(*scripts), timeout_s=5)
    except PhoneNotReadyError as error:
        return error.condition
    return None


def test_every_condition_is_told_with_its_phone_and_the_one_step_that_helps() -> None:
    for changed in ({"trust": TRUST["14"].format(1)}, {"state": LOCKED_USER}, {"df": DF.format(0)}):
        with pytest.raises(PhoneNotReadyError) as caught:
            conditions.check(Saying(answers(**changed)), timeout_s=5)
        assert str(caught.value) == f"phone-1: {caught.value.words}"
        what, _, step = caught.value.words.rpartition("; ")
        assert (bool(what), step.split()[0]) in ((True, "unlock"), (True, "delete"))


@pytest.mark.parametrize("android", TRUST)
def test_case_p7_locked_is_what_the_trust_service_calls_so(android: str) -> None:
    assert condition_of(answers(trust=TRUST[android].format(0))) is None
    assert condition_of(answers(trust=TRUST[android].format(1))) is PhoneCondition.LOCKED


def test_case_p7_another_users_lock_is_not_this_ones() -> None:
    other = ' User "Work" (id=10, flags=0x30): trusted=0, trustManaged=0, deviceLocked=1, strongAuthRequired=0x1'
    assert condition_of(answers(trust=f"Trust manager state:\n{TRUST['14'].format(0)}\n{other}")) is None


def test_case_p7_where_trust_is_silent_a_secure_keyguard_that_outlives_a_wake_is_a_lock() -> None:
    silent = answers(trust="Can't find service: trust")
    assert condition_of(silent, [POLICY.format("false", "true")]) is None
    assert condition_of(silent, [POLICY.format("true", "false")]) is None
    woken = [POLICY.format("false", "true"), "", ""]
    assert condition_of(silent, [POLICY.format("true", "true")], woken) is None
    stays = [POLICY.format("true", "true"), "", ""]
    assert condition_of(silent, stays[:1], *([stays] * 9)) is PhoneCondition.LOCKED


@pytest.mark.parametrize(
    ("state", "available", "unlocked"),
    [
        (UNLOCKED, "true", True),
        ("RUNNING_UNLOCKING", "", True),
        (LOCKED_USER, "true", False),
        ("BOOTING", "", False),
        (f"{WARNING}\n{LOCKED_USER}", "", False),
        ("Unknown command: get-started-user-state", "", True),
        ("Error: unknown command", "false", False),
        ("", "", True),
    ],
)
def test_case_p7_not_unlocked_since_boot(state: str, available: str, unlocked: bool) -> None:
    expected = None if unlocked else PhoneCondition.NOT_UNLOCKED
    assert condition_of(answers(state=state, available=available)) is expected


@pytest.mark.parametrize(
    ("allowed", "miui", "hyper", "suspect"),
    [
        ("0", "V140", "", True),
        ("", "V140", "", True),
        ("", "", "OS2.0", True),
        ("1", "V140", "", False),
        ("true", "V140", "", False),
        ("0", "", "", False),
        (f"{WARNING}\n1", f"{WARNING}\nV140", "", False),
    ],
)
def test_case_p8_only_xiaomi_asks_and_a_key_decides(allowed: str, miui: str, hyper: str, suspect: bool) -> None:
    said = answers(allowed=allowed, miui=miui, hyper=hyper)
    adb = Saying(said, [""])
    conditions.check(adb, timeout_s=5)
    assert (["input", "keyevent", "0"] in adb.asked) is suspect
    if suspect:
        with pytest.raises(InputForbiddenError, match="Security settings"):
            conditions.check(Saying(said, [""], stderr="java.lang.SecurityException: INJECT_EVENTS"), timeout_s=5)


def test_case_p8_a_wake_that_is_refused_tells_on_every_phone() -> None:
    said = ["", "", *answers()]
    conditions.wake(Saying(said, stderr=WARNING), timeout_s=5)
    with pytest.raises(InputForbiddenError):
        conditions.wake(Saying(said, stderr="SecurityException: ... INJECT_EVENTS permission"), timeout_s=5)
    merged = ["java.lang.SecurityException: Injecting to another application requires INJECT_EVENTS", *said[1:]]
    with pytest.raises(InputForbiddenError):  # a phone without shell_v2 says it on the only stream there is
        conditions.wake(Saying(merged), timeout_s=5)


@pytest.mark.parametrize(
    ("said", "refused"),
    [
        ("Injecting input events requires the caller (...) to have the INJECT_EVENTS permission.", True),
        ("java.lang.SecurityException: Injecting to another application requires INJECT_EVENTS permission", True),
        ("java.lang.SecurityException: uid 2000 may not inject events", True),
        ("java.lang.SecurityException: Permission Denial: starting Intent", False),
        (WARNING, False),
    ],
)
def test_case_p8_the_words_of_a_refusal(said: str, refused: bool) -> None:
    assert is_refused(said) is refused


@pytest.mark.parametrize(("free_kb", "full"), [("0", True), (str(99 * 1024), True), (str(100 * 1024), False)])
def test_storage_has_a_floor(free_kb: str, full: bool) -> None:
    assert condition_of(answers(df=DF.format(free_kb))) is (PhoneCondition.STORAGE_FULL if full else None)


@pytest.mark.parametrize(
    "said", ["", "df: /data: Permission denied", "Filesystem Size Used Free Blksize\n/data 12G 8G 4G 4096"]
)
def test_a_storage_that_is_not_understood_refuses_nobody(said: str) -> None:
    assert condition_of(answers(df=said)) is None


def lock_screen(*ids: str, package: str = keyguard.PACKAGE) -> str:
    inner = "".join(f'<node package="{package}" resource-id="{one}" bounds="[0,0][9,9]"/>' for one in ids)
    return f'<hierarchy><node package="{keyguard.PACKAGE}" bounds="[0,0][99,99]">{inner}</node></hierarchy>'


@pytest.mark.parametrize(
    ("xml", "shown"),
    [
        (lock_screen("com.android.systemui:id/keyguard_indication_text"), True),
        (lock_screen("com.android.systemui:id/lock_icon_view"), True),
        (lock_screen("com.android.systemui:id/quick_settings_panel"), False),
        (lock_screen("com.example:id/keyguard_view", package="com.example"), False),
        ('<hierarchy><node package="com.example" bounds="[0,0][9,9]"/></hierarchy>', False),
    ],
)
def test_the_lock_screen_is_known_by_its_parts(xml: str, shown: bool) -> None:
    assert keyguard.shown(parse(xml)) is shown
