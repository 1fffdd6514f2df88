"""The conversation between the supervisor and the zygote that forks its workers, over a socket pair."""

import msgspec

from drover.wire.codec import MAX_WORKER_MESSAGE_BYTES, Codec
from drover.wire.custom import PluginSheet
from drover.wire.devices import Identity


class WorkerSpec(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a worker process. Durations in seconds.

    `transport` is what adb calls the connection to use, where that is another than the device's name. `identity` is
    the phone's that was proven to be behind it; with `same_boot` it must not even have been started again since.
    """

    serial: str
    incarnation: int
    boot_id: str
    endpoint: str
    adb_host: str
    adb_port: int
    engine: str
    heartbeat_s: float
    log_level: str = "info"
    transport: str = ""
    identity: Identity = Identity()
    same_boot: bool = False


class Fork(msgspec.Struct, frozen=True, kw_only=True, tag="fork"):
    """Fork one worker."""

    spec: WorkerSpec


class ZygoteReady(msgspec.Struct, frozen=True, kw_only=True, tag="zygote_ready"):
    """Everything is imported and frozen; `plugins` are the Python scripts that were found, also broken ones."""

    pid: int
    plugins: list[PluginSheet] = []


class Forked(msgspec.Struct, frozen=True, kw_only=True, tag="forked"):
    """The worker process exists."""

    serial: str
    incarnation: int
    pid: int


class Exited(msgspec.Struct, frozen=True, kw_only=True, tag="exited"):
    """A worker ended; `status` is its exit code, or minus the signal that ended it."""

    pid: int
    status: int


FromZygote = ZygoteReady | Forked | Exited

TO_ZYGOTE: Codec[Fork] = Codec(Fork, max_bytes=MAX_WORKER_MESSAGE_BYTES)
FROM_ZYGOTE: Codec[FromZygote] = Codec(FromZygote, max_bytes=MAX_WORKER_MESSAGE_BYTES)
