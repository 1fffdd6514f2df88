"""Commands that list and change the phone's files, as toybox spells their options and failures."""

import fnmatch
import posixpath
import stat as mode_bits
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from phonesim.files import Node
from phonesim.shell.call import Call, Command


def _stamp(node: Node) -> str:
    return datetime.fromtimestamp(node.mtime, UTC).strftime("%Y-%m-%d %H:%M")


def _long_line(name: str, node: Node) -> str:
    arrow = f" -> {node.target}" if node.target is not None else ""
    mode = mode_bits.filemode(node.mode)
    return f"{mode} 1 {node.owner:<8} {node.group:<8} {node.size:>10} {_stamp(node)} {name}{arrow}"


async def ls(call: Call) -> int:
    options, names = call.flags("lad1RhtsAnpF")
    code = 0
    for name in names or ["."]:
        path = call.path(name)
        # A link that is named is shown itself in the long listing, unless it ends in a slash.
        follow = name.endswith("/") or "l" not in options
        try:
            node = call.device.files.find(path, follow=follow)
            if node.children is None or "d" in options:
                _print_entries(call, {name: node}, options)
                continue
            if len(names) > 1 or "R" in options:
                call.print(f"{name}:")
            _list_folder(call, path, node, options)
        except OSError as error:
            code = call.failed(name, error)
    return code


def _list_folder(call: Call, path: str, node: Node, options: set[str]) -> None:
    entries = dict(call.device.files.list(path))
    if not options & {"a", "A"}:
        entries = {name: child for name, child in entries.items() if not name.startswith(".")}
    elif "a" in options:
        entries = {".": node, "..": node, **entries}
    if "t" in options:
        entries = dict(sorted(entries.items(), key=lambda item: -item[1].mtime))
    if "l" in options:
        call.print(f"total {sum((child.size + 1023) // 1024 for child in entries.values())}")
    _print_entries(call, entries, options)


def _print_entries(call: Call, entries: Mapping[str, Node], options: set[str]) -> None:
    for name, node in entries.items():
        call.print(_long_line(name, node) if "l" in options else name)


async def cat(call: Call) -> int:
    _, names = call.flags("uve")
    if not names:
        call.out.write(await call.read_all())
    code = 0
    for name in names:
        try:
            call.out.write(await call.read_all() if name == "-" else call.device.files.read(call.path(name)))
        except OSError as error:
            code = call.failed(name, error)
    return code


async def rm(call: Call) -> int:
    options, names = call.flags("rRfiv")
    if not names and "f" not in options:
        return call.error("rm: Needs 1 argument")
    code = 0
    for name in names:
        try:
            call.device.files.remove(call.path(name), recursive=bool(options & {"r", "R"}))
        except FileNotFoundError as error:
            if "f" not in options:
                code = call.failed(name, error)
        except OSError as error:
            code = call.failed(name, error)
    return code


async def mkdir(call: Call) -> int:
    options, names = call.flags("pv")
    code = 0
    for name in names:
        try:
            call.device.files.make_folder(call.path(name), parents="p" in options)
        except OSError as error:
            code = call.error(f"mkdir: '{name}': {error.strerror}")
    return code


async def rmdir(call: Call) -> int:
    code = 0
    for name in call.args:
        try:
            call.device.files.remove_folder(call.path(name))
        except OSError as error:
            code = call.failed(name, error)
    return code


async def mv(call: Call) -> int:
    _, names = call.flags("fnv")
    if len(names) < 2:
        return call.error("mv: Needs 2 arguments")
    *sources, destination = names
    for name in sources:
        try:
            call.device.files.move(call.path(name), call.path(destination))
        except OSError as error:
            return call.error(f"mv: bad '{name}': {error.strerror}")
    return 0


async def cp(call: Call) -> int:
    options, names = call.flags("rRfpavL")
    if len(names) < 2:
        return call.error("cp: Needs 2 arguments")
    *sources, destination = names
    for name in sources:
        try:
            _copy(call, call.path(name), call.path(destination), recursive=bool(options & {"r", "R", "a"}))
        except OSError as error:
            return call.error(f"cp: bad '{name}': {error.strerror}")
    return 0


def _copy(call: Call, source: str, destination: str, *, recursive: bool) -> None:
    files = call.device.files
    if files.exists(destination) and files.find(destination).is_dir:
        destination = posixpath.join(destination, posixpath.basename(source))
    if not files.find(source).is_dir:
        files.write(destination, files.read(source), mode=files.find(source).mode)
    elif not recursive:
        raise IsADirectoryError(21, "Is a directory", source)
    else:
        files.make_folder(destination)
        for name in files.list(source):
            _copy(call, f"{source}/{name}", f"{destination}/{name}", recursive=True)


async def touch(call: Call) -> int:
    names, mtime = list(call.args), None
    while names and names[0].startswith("-"):
        option = names.pop(0)
        if option in ("-d", "-t", "-r") and names:
            mtime = _time_of(call, option, names.pop(0))
    code = 0
    for name in names:
        try:
            call.device.files.touch(call.path(name), mtime=mtime)
        except OSError as error:
            code = call.error(f"touch: '{name}': {error.strerror}")
    return code


def _time_of(call: Call, option: str, value: str) -> float | None:
    try:
        if option == "-r":
            return call.device.files.find(call.path(value)).mtime
        if value.startswith("@"):
            return float(value[1:])
        if option == "-t":
            return datetime.strptime(value[:12], "%Y%m%d%H%M").replace(tzinfo=UTC).timestamp()
        return datetime.fromisoformat(value).replace(tzinfo=UTC).timestamp()
    except (OSError, ValueError):
        return None


async def chmod(call: Call) -> int:
    _, names = call.flags("Rv")
    if len(names) < 2:
        return call.error("chmod: Needs 2 arguments")
    mode, *paths = names
    code = 0
    for name in paths:
        try:
            old = call.device.files.find(call.path(name)).mode
            wanted = int(mode, 8) if mode.isdigit() else old | (0o111 if "x" in mode else 0)
            call.device.files.change_mode(call.path(name), wanted)
        except OSError as error:
            code = call.error(f"chmod: chmod '{name}' to {mode}: {error.strerror}")
    return code


async def ln(call: Call) -> int:
    options, names = call.flags("sfn")
    if len(names) != 2 or "s" not in options:
        return call.error("ln: cannot create hard link: Operation not permitted")
    try:
        call.device.files.link(names[0], call.path(names[1]))
    except OSError as error:
        return call.error(f"ln: cannot create symbolic link from '{names[0]}' to '{names[1]}': {error.strerror}")
    return 0


async def find(call: Call) -> int:
    args = list(call.args)
    starts: list[str] = []
    while args and not args[0].startswith("-"):
        starts.append(args.pop(0))
    tests = dict(zip(args[::2], args[1::2], strict=False))
    code = 0
    for start in starts or ["."]:
        try:
            for path, node in _found(call, start, tests):
                call.print(path)
                if "-delete" in args:
                    call.device.files.remove(call.path(path), recursive=node.is_dir)
        except OSError as error:
            code = call.failed(start, error)
    return code


def _found(call: Call, start: str, tests: Mapping[str, str]) -> Iterator[tuple[str, Node]]:
    absolute = call.path(start)
    for path, node in list(call.device.files.walk(absolute if start == "." else call.device.files.resolve(absolute))):
        shown = start.rstrip("/") + path.removeprefix(call.device.files.resolve(absolute))
        depth = shown.count("/") - start.rstrip("/").count("/")
        kind = "d" if node.is_dir else "l" if node.target is not None else "f"
        if (
            fnmatch.fnmatchcase(posixpath.basename(path), tests.get("-name", "*"))
            and tests.get("-type", kind) == kind
            and depth <= int(tests.get("-maxdepth", "99"))
        ):
            yield shown, node


async def tee(call: Call) -> int:
    options, names = call.flags("ai")
    data = await call.read_all()
    call.out.write(data)
    for name in names:
        try:
            (call.device.files.append if "a" in options else call.device.files.write)(call.path(name), data)
        except OSError as error:
            return call.failed(name, error)
    return 0


COMMANDS: Final[Mapping[str, Command]] = {
    "ls": ls,
    "cat": cat,
    "rm": rm,
    "mkdir": mkdir,
    "rmdir": rmdir,
    "mv": mv,
    "cp": cp,
    "touch": touch,
    "chmod": chmod,
    "ln": ln,
    "find": find,
    "tee": tee,
}
