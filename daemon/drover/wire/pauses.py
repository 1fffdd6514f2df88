"""Accounts and phones on which nothing begins: why, until when, and the requests that pause and resume them."""

import msgspec

from drover.wire.accounts import Account
from drover.wire.devices import Device
from drover.wire.holds import Pause


class PauseAccount(msgspec.Struct, frozen=True, kw_only=True, tag="pause_account"):
    """Begin no task of this account until it is resumed or until its time. What runs goes on.

    `until` is ISO 8601, or "YYYY-MM-DD HH:MM:SS" local; "" means until it is resumed. `platform` may be left out where
    the name is registered once. An account that is paused already gets the new reason and time.
    """

    username: str
    platform: str | None = None
    reason: str = ""
    until: str = ""


class ResumeAccount(msgspec.Struct, frozen=True, kw_only=True, tag="resume_account"):
    """Let tasks of this account begin again, whoever paused it."""

    username: str
    platform: str | None = None


class PauseDevice(msgspec.Struct, frozen=True, kw_only=True, tag="pause_device"):
    """Begin no task on this phone until it is resumed or until its time; as PauseAccount."""

    serial: str
    reason: str = ""
    until: str = ""


class ResumeDevice(msgspec.Struct, frozen=True, kw_only=True, tag="resume_device"):
    """Let tasks begin on this phone again, also those of apps there whose account has no name yet."""

    serial: str


class AccountPause(msgspec.Struct, frozen=True, kw_only=True, tag="account_pause"):
    """The account as it is now. `changed` is False where a resume found nothing to end."""

    account: Account
    changed: bool


class DevicePause(msgspec.Struct, frozen=True, kw_only=True, tag="device_pause"):
    """The phone as it is now. `changed` is False where a resume found nothing to end."""

    device: Device
    changed: bool


class Paused(msgspec.Struct, frozen=True, kw_only=True, tag="paused"):
    """An account or a phone was paused, by a person or because of trouble; durable."""

    pause: Pause


class Resumed(msgspec.Struct, frozen=True, kw_only=True, tag="resumed"):
    """An account or a phone was resumed; durable. A pause that ends by its time sends no event: see `until`."""

    pause: Pause


PauseRequest = PauseAccount | ResumeAccount | PauseDevice | ResumeDevice
PauseAnswer = AccountPause | DevicePause
