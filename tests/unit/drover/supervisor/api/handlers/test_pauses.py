"""Pauses that a person makes: of accounts, also of ones that nobody registered, and of phones with all on them."""

from datetime import UTC, datetime

from drover.policy.pace import account_key
from drover.store import events, pauses
from drover.supervisor import clock
from drover.wire.control import Account, PutAccount
from drover.wire.devices import Identity
from drover.wire.events import DeviceChanged
from drover.wire.faults import Code
from drover.wire.holds import PauseSubject
from drover.wire.pauses import AccountPause, DevicePause, PauseAccount, PauseDevice, ResumeAccount, ResumeDevice
from tests.support.supervised import PHONE, Rig, Supervised


async def put_on_hold(daemon: Supervised, platform: str, username: str | None) -> None:
    """As trouble does, which asks nobody whether the account is registered."""
    key = account_key(platform, username, PHONE)
    await daemon.store.write(pauses.pause, PauseSubject.ACCOUNT, key, words="captcha", until=None, now=clock.now())


def test_an_account_is_paused_until_it_is_resumed(rig: Rig) -> None:
    async def scene(daemon: Supervised) -> None:
        await daemon.ask(PutAccount(username="anna", serial=PHONE), Account)
        until = "2099-01-01 12:00:00"
        paused = await daemon.ask(PauseAccount(username="@Anna", reason="on leave", until=until), AccountPause)
        assert paused.changed
        assert paused.account.pause is not None
        assert (paused.account.pause.words, paused.account.pause.until) == (
            "on leave", datetime(2099, 1, 1, 12, tzinfo=UTC),
        )  # fmt: skip
        resumed = await daemon.ask(ResumeAccount(username="anna"), AccountPause)
        assert (resumed.changed, resumed.account.pause) == (True, None)
        assert not (await daemon.ask(ResumeAccount(username="anna"), AccountPause)).changed
        assert (await daemon.refused(PauseAccount(username="anna", until="2001-01-01"))).code is Code.INVALID
        assert (await daemon.refused(PauseAccount(username="bea"))).code is Code.NOT_FOUND

    rig.play(scene)


def test_an_account_that_trouble_paused_is_resumed_also_where_nobody_registered_it(rig: Rig) -> None:
    async def scene(daemon: Supervised) -> None:
        await put_on_hold(daemon, "instagram", "zoe")
        assert (await daemon.refused(ResumeAccount(username="zoe", platform="tiktok"))).code is Code.NOT_FOUND
        assert (await daemon.refused(ResumeAccount(username="zoe", platform="fax"))).code is Code.INVALID
        resumed = await daemon.ask(ResumeAccount(username="Zoe"), AccountPause)
        assert (resumed.changed, resumed.account.platform) == (True, "instagram")
        assert (await daemon.refused(ResumeAccount(username="zoe"))).code is Code.NOT_FOUND

    rig.play(scene)


def test_of_two_of_one_name_the_paused_one_is_meant(rig: Rig) -> None:
    async def scene(daemon: Supervised) -> None:
        for platform in ("tiktok", "instagram"):
            await daemon.ask(PutAccount(username="anna", serial=PHONE, platform=platform), Account)
        assert (await daemon.refused(PauseAccount(username="anna"))).code in (Code.INVALID, Code.CONFLICT)
        await daemon.ask(PauseAccount(username="anna", platform="instagram"), AccountPause)
        resumed = await daemon.ask(ResumeAccount(username="anna"), AccountPause)
        assert (resumed.changed, resumed.account.platform) == (True, "instagram")

    rig.play(scene)


def test_a_phone_is_resumed_with_its_unnamed_accounts_and_its_numbers_are_told_to_nobody(rig: Rig) -> None:
    async def scene(daemon: Supervised) -> None:
        daemon.state.devices.registry.identify(PHONE, Identity(android_id="f00f00f00f00f00f"))
        await put_on_hold(daemon, "tiktok", None)
        paused = await daemon.ask(PauseDevice(serial=PHONE, reason="swollen"), DevicePause)
        assert paused.device.pause is not None
        assert paused.device.pause.words == "swollen"
        resumed = await daemon.ask(ResumeDevice(serial=PHONE), DevicePause)
        assert (resumed.changed, resumed.device.pause) == (True, None)
        assert await daemon.store.read(pauses.active, now=clock.now()) == []
        assert not (await daemon.ask(ResumeDevice(serial=PHONE), DevicePause)).changed
        told = [event.body.device for event in await daemon.store.read(events.after, 0, 100)
                if isinstance(event.body, DeviceChanged)]  # fmt: skip
        assert "swollen" in [device.pause.words for device in told if device.pause]
        assert all(device.identity == Identity() for device in told)
        for body in (PauseDevice(serial="no"), ResumeDevice(serial="no")):
            assert (await daemon.refused(body)).code is Code.NOT_FOUND

    rig.play(scene)
