"""Commands about files: stat, digests, sizes, names. They change nothing."""

import hashlib
import posixpath
import stat as mode_bits
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from phonesim.device import TOTAL_KB
from phonesim.files import Node
from phonesim.shell.call import Call, Command


async def stat(call: Call) -> int:
    names, layout = list(call.args), ""
    while names and names[0].startswith("-"):
        option = names.pop(0)
        if option == "-c":
            layout = names.pop(0)
    code = 0
    for name in names:
        try:
            node = call.device.files.find(call.path(name), follow="-L" in call.args)
            call.print(_stat_text(name, node, layout))
        except OSError as error:
            code = call.error(f"stat: '{name}': {error.strerror}")
    return code


def _stat_text(name: str, node: Node, layout: str) -> str:
    kind = "directory" if node.is_dir else "symbolic link" if node.target is not None else "regular file"
    when = datetime.fromtimestamp(node.mtime, UTC).strftime("%Y-%m-%d %H:%M:%S.%f000 +0000")
    values = {
        "%n": name, "%s": str(node.size), "%Y": str(int(node.mtime)), "%y": when, "%F": kind,
        "%a": f"{node.mode & 0o7777:o}", "%A": mode_bits.filemode(node.mode), "%U": node.owner, "%G": node.group,
        "%i": str(node.inode), "%h": "1",
    }  # fmt: skip
    layout = layout or "  File: %n\n  Size: %s\t %F\nAccess: (0%a/%A)\tUid: %U\t Gid: %G\nModify: %y"
    for key, value in values.items():
        layout = layout.replace(key, value)
    return layout


async def digest(call: Call) -> int:
    options, names = call.flags("bc")
    code = 0
    for name in names or ["-"]:
        try:
            blob = None if name == "-" else call.device.files.blob(call.path(name))
            if blob is not None and call.name == "md5sum":
                value = blob.md5
            else:
                data = await call.read_all() if blob is None else blob.data
                value = hashlib.new(call.name.removesuffix("sum"), data, usedforsecurity=False).hexdigest()
            call.print(value if "b" in options else f"{value}  {name}")
        except OSError as error:
            code = call.failed(name, error)
    return code


async def df(call: Call) -> int:
    human = "-h" in call.args
    free = call.device.free_kb()
    size = ["108G", " 39G", f"{free >> 20}G"] if human else [str(TOTAL_KB), str(TOTAL_KB - free), str(free)]
    call.print(f"Filesystem       {'Size' if human else '1K-blocks':>9}     Used Available Use% Mounted on")
    for device, place in (("/dev/block/dm-7", "/"), ("/dev/fuse", "/storage/emulated"), ("/dev/block/dm-46", "/data")):
        call.print(f"{device:<16} {size[0]:>9} {size[1]:>8} {size[2]:>9}  36% {place}")
    return 0


async def du(call: Call) -> int:
    options, names = call.flags("shkamx")
    code = 0
    for name in names or ["."]:
        try:
            total = sum((node.size + 1023) // 1024 for _, node in call.device.files.walk(call.path(name)))
            call.print(f"{total}{'K' if 'h' in options else ''}\t{name}")
        except OSError as error:
            code = call.failed(name, error)
    return code


async def pwd(call: Call) -> int:
    return call.print(call.cwd)


async def readlink(call: Call) -> int:
    options, names = call.flags("fenq")
    try:
        if call.name == "realpath" or "f" in options:
            return call.print(call.device.files.resolve(call.path(names[0])))
        target = call.device.files.find(call.path(names[0]), follow=False).target
        return call.print(target) if target is not None else 1
    except (OSError, IndexError):
        return 1


async def basename(call: Call) -> int:
    return call.print(posixpath.basename(call.args[0].rstrip("/")) if call.args else "")


async def dirname(call: Call) -> int:
    return call.print(posixpath.dirname(call.args[0].rstrip("/")) or "." if call.args else "")


COMMANDS: Final[Mapping[str, Command]] = {
    "stat": stat,
    "md5sum": digest,
    "sha1sum": digest,
    "sha256sum": digest,
    "df": df,
    "du": du,
    "pwd": pwd,
    "readlink": readlink,
    "realpath": readlink,
    "basename": basename,
    "dirname": dirname,
}
