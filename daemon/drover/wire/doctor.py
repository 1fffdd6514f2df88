"""What the doctor says: findings, each with what to do about it."""

from enum import StrEnum

import msgspec


class Level(StrEnum):
    """How bad a finding is."""

    OK = "ok"  # looked at, and as it should be
    WARNING = "warning"  # works, and will not for long or not safely
    ERROR = "error"  # something does not work now


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at. `subject` is a phone's serial, a path or a setting; `fix` says what to do."""

    level: Level
    check: str
    subject: str
    found: str
    fix: str = ""


class Diagnose(msgspec.Struct, frozen=True, kw_only=True, tag="diagnose"):
    """Look at adb, keys, rights, disk, ports and phones; changes nothing."""


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True, tag="diagnosis"):
    """Everything that was looked at, in the order in which to fix it."""

    findings: list[Finding]
