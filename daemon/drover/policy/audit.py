"""Which requests are written into the audit, and what each was about. Pure.

What is not listed as reading is audited: a new request cannot be forgotten, only be audited needlessly.
"""

from functools import cache
from typing import Any, Final

import msgspec

from drover.wire import control, custom, leases, materials
from drover.wire.faults import Failure

READS: Final[frozenset[type]] = frozenset(
    {
        control.Hello,
        control.ListTasks,
        control.GetTask,
        control.GetTaskStats,
        control.ReadTaskLog,
        control.FindArtifact,
        control.ListDevices,
        control.GetDevice,
        control.CheckLicense,
        control.GetStatus,
        control.Subscribe,
        control.ListAccounts,
        control.GetAccount,
        control.ExportAccounts,
        control.Diagnose,
        control.GetBackupProgress,
        control.ListAudit,
        leases.ListLeases,
        leases.ExtendLease,  # a sign of life, three for each lease and more
        leases.ReadHierarchy,
        leases.TakeScreenshot,
        leases.CheckScreen,
        custom.ListScripts,
        materials.PlaceUpload,  # a place alone is nothing yet
        materials.ListMaterials,
        materials.GetMaterial,
        materials.FindThumbnail,
        control.AnnounceApi,  # our own gateway; forgotten with its connection
    }
)

ID_FIELDS: Final = (
    "task_id",
    "task_ids",
    "serial",
    "serials",
    "username",
    "usernames",
    "platform",
    "script_name",
    "all",
    "looking_only",
)
"""Fields that say what a request was about. None of them ever holds a secret, a caption or another free text."""

MAX_IDS: Final = 100

FINISHED: Final[frozenset[type]] = frozenset(
    {control.CreateTasks, control.RetryAll, control.DeleteTasks, control.ImportAccounts}
)
"""Requests on many rows: once begun they are carried out, and audited as they ended, also when their client hung up."""


def is_audited(body: control.RequestBody) -> bool:
    return type(body) not in READS


def action(body: control.RequestBody) -> str:
    """The request's name, as it stands on the wire."""
    return str(body.__struct_config__.tag)


def ids(body: control.RequestBody, answer: Any) -> dict[str, Any]:
    """What the request named, and the tasks that it made or how many it changed.

    Long lists are cut and counted; defaults are left out.
    """
    found = _ids_of(body)
    match answer:
        case control.TasksCreated():
            found |= _ids_of(answer)
        case control.RetriedAll():
            found["retried_count"] = answer.retried_count
        case control.TasksDeleted():
            found["deleted_count"] = answer.deleted_count
        case Failure(data=dict() as data):
            found |= {name: value for name, value in data.items() if name.endswith("ed_count")}
        case _:
            pass
    return found


def _ids_of(message: msgspec.Struct) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, default in _id_fields(type(message)):
        value = getattr(message, name)
        if value is None or value == [] or value == default:
            continue
        if isinstance(value, list) and len(value) > MAX_IDS:
            found[f"{name}_count"] = len(value)
            value = value[:MAX_IDS]
        found[name] = value
    return found


@cache
def _id_fields(kind: type[msgspec.Struct]) -> list[tuple[str, Any]]:
    """The fields of a message that say what it is about, each with its default."""
    fields = msgspec.structs.fields(kind)
    return [(f.name, f.default) for f in fields if f.name in ID_FIELDS or f.name.endswith(("_id", "_ids"))]
