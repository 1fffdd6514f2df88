"""Judges what the doctor found: facts in, findings out. Each finding that is not ok says what fixes it."""

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from drover.policy import trouble
from drover.policy.transport_states import meaning
from drover.policy.transports import USABLE
from drover.wire.custom import ScriptInfo
from drover.wire.devices import Device, DeviceState, PhoneCondition
from drover.wire.doctor import Finding, Level
from drover.wire.holds import PERSON, Pause

DISK_LOW_BYTES: Final = 1024**3
DISK_LEAST_BYTES: Final = 200 * 1024**2
INODES_LOW: Final = 10_000
NAMES_SHOWN: Final = 3
BATTERY_LOW: Final = 15
STORAGE_LOW_MB: Final = 500


@dataclass(frozen=True, kw_only=True)
class FileFacts:
    """A file or folder of ours: what it is called, its permission bits, None where it is not there, and its limit."""

    check: str
    path: str
    mode: int | None
    most: int
    ours: bool = True
    wanted: bool = True


@dataclass(frozen=True, kw_only=True)
class AdbFacts:
    """The adb server in use. `listens` are the addresses that its port listens on; versions "" where unknown."""

    address: str
    connected: bool
    listens: tuple[str, ...] = ()
    server_version: str = ""
    own_version: str = ""


@dataclass(frozen=True, kw_only=True)
class DaemonFacts:
    """The daemon itself. Sizes in bytes; `inodes_free` is None where the file system has no such limit.

    `api_open` says that every user of this machine may use the API; `other_users` are the people who could.
    """

    as_root: bool
    disk_free: int
    data_dir: str
    api_enabled: bool
    api_url: str
    messages_dropped: int
    restored: int = 0
    restored_blind: int = 0
    inodes_free: int | None = None
    cannot_take: Mapping[str, str] = field(default_factory=dict[str, str])
    api_socket: str = ""
    api_open: bool = False
    other_users: Sequence[str] = ()


def adb(facts: AdbFacts) -> list[Finding]:
    """Whether the adb server answers, speaks our version, and only to this machine."""
    if not facts.connected:
        fix = "start one (`adb start-server`), or set start_server = true under [adb]; droverd tries again by itself"
        return [_bad("adb server", facts.address, "does not answer", fix)]
    found = [_ok("adb server", facts.address, f"answers, version {facts.server_version or 'unknown'}")]
    if facts.server_version and facts.own_version and facts.server_version != facts.own_version:
        found.append(
            _warn(
                "adb server",
                facts.address,
                f"is version {facts.server_version}, Drover's adb is {facts.own_version}",
                "another adb started it and may end it; use one adb for all, or another port under [adb]",
            )
        )
    open_ones = [address for address in facts.listens if not _loopback(address)]
    if open_ones:
        found.append(
            _bad(
                "adb server",
                facts.address,
                f"listens on {', '.join(open_ones)}: anybody in the network can drive the phones",
                "start it without -a, on the loopback only",
            )
        )
    return found


def files(facts: Iterable[FileFacts]) -> list[Finding]:
    """Whether what is private is private."""
    return [_file(file) for file in facts]


def _file(file: FileFacts) -> Finding:
    if file.mode is None:
        if not file.wanted:
            return _ok(file.check, file.path, "is not there yet")
        return _bad(file.check, file.path, "is not there", "start droverd as the user that owns it, or create it")
    if not file.ours:
        return _bad(file.check, file.path, "belongs to another user", "chown it to the user that runs droverd")
    if file.mode & ~file.most:
        fix = f"chmod {file.most:o} {file.path}"
        return _warn(file.check, file.path, f"has mode {file.mode:o}: others can read or change it", fix)
    return _ok(file.check, file.path, f"has mode {file.mode:o}")


def daemon(facts: DaemonFacts) -> list[Finding]:
    """Whether the daemon has room, rights that are not too many, and a gateway that answers."""
    found = [*_disk(facts)]
    if facts.as_root:
        found.append(_warn("rights", "droverd", "runs as root", "run it as its own user; contrib/ has the unit"))
    found += _api(facts) if facts.api_enabled else []
    if facts.restored:
        found.append(_restored(facts))
    if facts.messages_dropped:
        what = f"{facts.messages_dropped} messages were malformed or forged and were dropped"
        found.append(_warn("messages", "droverd", what, "look for message_dropped in the log and report it"))
    return found


def _api(facts: DaemonFacts) -> list[Finding]:
    """Whether the API answers, and to no one else."""
    addresses = [address for address in (facts.api_url, facts.api_socket) if address]
    if not addresses:
        fix = "look for `shim` in the log; the port may be taken"
        return [_bad("REST API", "[api]", "does not answer", fix)]
    found = [_ok("REST API", address, "answers") for address in addresses]
    if facts.api_open and facts.other_users:
        who = ", ".join(facts.other_users[:NAMES_SHOWN])
        more = f" and {len(facts.other_users) - NAMES_SHOWN} more" if len(facts.other_users) > NAMES_SHOWN else ""
        what = f"asks for no token: other users of this machine ({who}{more}) can drive the phones"
        found.append(_warn("REST API", facts.api_url or "[api]", what, _MEND_OPEN))
    return found


def _restored(facts: DaemonFacts) -> Finding:
    blind = f", {facts.restored_blind} of them cannot look" if facts.restored_blind else ""
    what = f"{facts.restored} are held since a backup was restored and may have been done since{blind}"
    fix = "`droverctl task release ID...` or `--all`; stop or delete what was done or is not wanted any more"
    return _warn("tasks", "droverd", what, fix)


_MEND_OPEN: Final = (
    "require_token = true under [api] (`droverctl token show`), or a socket with tcp = false; then restart droverd"
)


def _disk(facts: DaemonFacts) -> list[Finding]:
    fix = "make room there or let it be written; until then tasks run without evidence, or are refused"
    refusals = [_bad("disk", facts.data_dir, f"{what}: {why}", fix) for what, why in facts.cannot_take.items()]
    return [*refusals, _space(facts), *_inodes(facts)]


def _inodes(facts: DaemonFacts) -> list[Finding]:
    if facts.inodes_free is None or facts.inodes_free >= INODES_LOW:
        return []
    fix = "remove files from that file system (`df -i` counts them), or shorten [retention]"
    return [_warn("disk", facts.data_dir, f"room for {facts.inodes_free} more files", fix)]


def _space(facts: DaemonFacts) -> Finding:
    free = f"{facts.disk_free / 1024**3:.1f} GiB free"
    fix = "free space, or shorten [retention]; submits are refused when the disk is full, nothing accepted is lost"
    if facts.disk_free < DISK_LEAST_BYTES:
        return _bad("disk", facts.data_dir, free, fix)
    if facts.disk_free < DISK_LOW_BYTES:
        return _warn("disk", facts.data_dir, free, fix)
    return _ok("disk", facts.data_dir, free)


def scripts(found: Sequence[ScriptInfo]) -> list[Finding]:
    """Which scripts besides the built-in ones cannot run."""
    others = [info for info in found if info.kind != "built_in"]
    return [
        _bad("script", info.name, info.fault, _MEND_SCRIPT[info.kind].format(origin=info.origin))
        if info.fault
        else _ok("script", info.name, f"comes from {info.origin}")
        for info in others
    ]


_MEND_SCRIPT: Final = {
    "python": "fix or uninstall {origin}, then restart droverd; everything else runs without it",
    "command": "make the program executable, or register another: {origin}",
}


def devices(found: Sequence[Device]) -> list[Finding]:
    """What a person must do at which phone."""
    if not found:
        return [_warn("phones", "-", "none was ever seen", "attach one: README, “Your own phones”")]
    return [*(finding for device in found for finding in _device(device)), *twins(found)]


def _device(device: Device) -> list[Finding]:
    level, fix = _state(device)
    if device.condition is not None:
        level, fix = Level.ERROR, device.reason.rpartition("; ")[2]
    reason = f": {device.reason}" if device.reason else ""
    findings = [_finding(level, "phone", device.serial, f"is {device.state.value}{reason}", fix)]
    battery = device.facts.battery
    if battery is not None and battery < BATTERY_LOW and device.state is not DeviceState.ABSENT:
        findings.append(_warn("phone", device.serial, f"has {battery}% battery", "charge it"))
    if device.state is not DeviceState.ABSENT:
        findings += _settings(device)
    addresses = [connection.name for connection in device.connections] or [device.serial]
    for host in filter(None, map(_public_host, addresses)):
        findings.append(
            _bad(
                "phone",
                device.serial,
                f"is reached at the public address {host}: anybody can drive it",
                "put it behind a VPN or an SSH tunnel; adb over TCP has no encryption",
            )
        )
    return findings


def _state(device: Device) -> tuple[Level, str]:
    """How bad the state is, and what helps: by adb's own word where that says more than ours."""
    words = [connection.state for connection in device.connections]
    if device.state not in (DeviceState.OFFLINE, DeviceState.UNAUTHORIZED) or not words or USABLE in words:
        return _STATES[device.state] if not _in_doubt(device) else (Level.ERROR, _DOUBT)
    known = meaning(words[0])
    if known.by_intent:
        return Level.WARNING, known.step
    return (Level.ERROR, known.step) if words[0] not in _STATES_OF_ADB else _STATES[device.state]


def _in_doubt(device: Device) -> bool:
    """Whether a transport of it works, and its phone could not be recognised."""
    waiting = any(one.state == USABLE and one.proof for one in device.connections)
    return device.state is DeviceState.PREPARING and waiting and not any(one.in_use for one in device.connections)


def twins(found: Sequence[Device]) -> list[Finding]:
    """Phones that have one serial number or Android id: distinguished by their other answers, as long as that lasts."""
    findings: list[Finding] = []
    for what, fix, value in (
        ("serial number", "give each its own if its tools allow; Drover tells them apart without", _serialno),
        ("Android id", "give each its own: the apps take them for one phone, and so might Drover", _android_id),
    ):
        alike: dict[str, list[str]] = {}
        for device in found:
            if number := value(device):
                alike.setdefault(number, []).append(device.serial)
        findings += [
            _warn("phone", ", ".join(names), f"answer with one {what}, {number}", fix)
            for number, names in alike.items()
            if len(names) > 1
        ]
    return findings


def _serialno(device: Device) -> str:
    return device.identity.serialno


def _android_id(device: Device) -> str:
    return device.identity.android_id


def _settings(device: Device) -> list[Finding]:
    facts, found = device.facts, list[Finding]()
    if not facts.touches_allowed and device.condition is not PhoneCondition.INPUT_FORBIDDEN:
        fix = "turn on “USB debugging (Security settings)” in its developer options"
        found.append(_bad("phone", device.serial, "refuses touches from adb", fix))
    if facts.storage_free_mb is not None and facts.storage_free_mb < STORAGE_LOW_MB:
        fix = "delete what is not needed there; media are copied to a phone before it publishes them"
        found.append(_warn("phone", device.serial, f"has {facts.storage_free_mb} MB of storage free", fix))
    if abs(facts.font_scale - 1.0) > 0.01:
        fix = "set its font size to the default: enlarged texts move and cut the apps' buttons"
        found.append(_warn("phone", device.serial, f"shows texts at {facts.font_scale:g} of their size", fix))
    return found


_DOUBT: Final = "look at its reason; until Drover knows which phone that is, nothing begins there"
_STATES_OF_ADB: Final = ("offline", "unauthorized")

_STATES: Final[dict[DeviceState, tuple[Level, str]]] = {
    DeviceState.IDLE: (Level.OK, ""),
    DeviceState.BUSY: (Level.OK, ""),
    DeviceState.LEASED: (Level.OK, ""),
    DeviceState.PREPARING: (Level.OK, ""),
    DeviceState.ABSENT: (Level.WARNING, "attach it, or check cable, power and Wi-Fi"),
    DeviceState.UNAUTHORIZED: (Level.ERROR, "allow USB debugging in the dialog on its screen, with “always”"),
    DeviceState.OFFLINE: (Level.ERROR, "unplug and plug it in again; then restart the phone"),
    DeviceState.QUARANTINED: (
        Level.ERROR,
        "look at the log, restart the phone; it is probed every 5 min",
    ),
}


def pauses(found: Sequence[Pause]) -> list[Finding]:
    """Which accounts and phones begin nothing, and how they go on."""
    return [_pause(pause) for pause in found]


def _pause(pause: Pause) -> Finding:
    subject, what = trouble.who(pause), trouble.found(pause)
    if pause.by == PERSON:
        return _ok(pause.subject.value, subject, f"{what}; to go on: {trouble.release(pause)}")
    if trouble.needs_person(pause):
        fix = f"{trouble.fix(pause)}, then: {trouble.release(pause)}"
        return _bad(pause.subject.value, subject, what, fix)
    fix = f"nothing; to go on before: {trouble.release(pause)}"
    return _warn(pause.subject.value, subject, f"{what}; it goes on by itself (droverctl account list says when)", fix)


def _public_host(serial: str) -> str | None:
    """The host of a network serial such as `203.0.113.5:5555`, if the whole world can reach it."""
    host, colon, _port = serial.rpartition(":")
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None
    return host if colon and address.is_global else None


def _loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address.split("%", 1)[0]).is_loopback
    except ValueError:
        return False


def _ok(check: str, subject: str, found: str) -> Finding:
    return _finding(Level.OK, check, subject, found)


def _warn(check: str, subject: str, found: str, fix: str) -> Finding:
    return _finding(Level.WARNING, check, subject, found, fix)


def _bad(check: str, subject: str, found: str, fix: str) -> Finding:
    return _finding(Level.ERROR, check, subject, found, fix)


def _finding(level: Level, check: str, subject: str, found: str, fix: str = "") -> Finding:
    return Finding(level=level, check=check, subject=subject, found=found, fix=fix)
