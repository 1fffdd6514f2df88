"""The phone's file system, in memory: modes, times, links and who may write where. Knows no adb and no shell."""

import contextlib
import hashlib
import itertools
import stat
import time
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import ClassVar

# Where the shell user may create, change and remove things; everything else is read-only or not its own.
WRITABLE = ("/data/local/tmp", "/storage/emulated/0")
HIDDEN = ("/data/data", "/data/app", "/data/user", "/data/system")
MAX_LINKS = 16

_inode = itertools.count(2)


class Blob:
    """Contents of a file. Equal contents are kept once in the process: a hundred phones share one pushed jar."""

    __slots__ = ("__weakref__", "_md5", "_sha256", "data")
    _known: ClassVar["weakref.WeakValueDictionary[bytes, Blob]"] = weakref.WeakValueDictionary()

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._md5: str | None = None
        self._sha256: str | None = None

    @classmethod
    def of(cls, data: bytes) -> "Blob":
        if len(data) < 4096:
            return cls(data)
        return cls._known.setdefault(hashlib.sha256(data).digest(), cls(data))

    @property
    def md5(self) -> str:
        if self._md5 is None:
            self._md5 = hashlib.md5(self.data, usedforsecurity=False).hexdigest()
        return self._md5

    @property
    def sha256(self) -> str:
        if self._sha256 is None:
            self._sha256 = hashlib.sha256(self.data).hexdigest()
        return self._sha256


@dataclass(kw_only=True, eq=False)
class Node:
    """A file, folder or link; exactly one of `blob`, `children`, `target` is set."""

    mode: int
    mtime: float = field(default_factory=time.time)
    inode: int = field(default_factory=lambda: next(_inode))
    owner: str = "shell"
    group: str = "shell"
    blob: Blob | None = None
    children: dict[str, "Node"] | None = None
    target: str | None = None

    @property
    def size(self) -> int:
        if self.blob is not None:
            return len(self.blob.data)
        return 3452 if self.children is not None else len(self.target or "")

    @property
    def is_dir(self) -> bool:
        return self.children is not None


def folder(mode: int = 0o771, *, owner: str = "shell", group: str = "shell") -> Node:
    return Node(mode=stat.S_IFDIR | mode, owner=owner, group=group, children={})


def split(path: str) -> list[str]:
    """The names along an absolute path, `.` and `..` taken out."""
    names: list[str] = []
    for name in path.split("/"):
        if name == "..":
            del names[-1:]
        elif name not in ("", "."):
            names.append(name)
    return names


class FileSystem:
    """Paths are absolute; failures are the OSError that the phone's kernel would give."""

    def __init__(self) -> None:
        self.root = folder(0o755, owner="root", group="root")
        self.room: Callable[[int], bool] = lambda _size: True
        """Whether so many bytes more can be written; the phone puts its own here."""

    # -- finding

    def find(self, path: str, *, follow: bool = True) -> Node:
        """The node at the path; FileNotFoundError, NotADirectoryError or PermissionError otherwise."""
        return self._walk(path, follow=follow)[0]

    def resolve(self, path: str) -> str:
        """The path without links; its last part need not exist."""
        parent, name = self._split_last(path)
        _, real = self._walk(parent, follow=True)
        joined = f"{real.rstrip('/')}/{name}" if name else real
        try:
            return self._walk(joined, follow=True)[1]
        except FileNotFoundError:
            return joined

    def exists(self, path: str) -> bool:
        try:
            self.find(path)
        except OSError:
            return False
        return True

    def _walk(self, path: str, *, follow: bool) -> tuple[Node, str]:
        names = split(path)
        node, links = self.root, 0
        real: list[str] = []
        while names:
            name = names.pop(0)
            if node.children is None:
                raise NotADirectoryError(20, "Not a directory", path)
            if "/" + "/".join(real) in HIDDEN:
                raise PermissionError(13, "Permission denied", path)
            child = node.children.get(name)
            if child is None:
                raise FileNotFoundError(2, "No such file or directory", path)
            if child.target is not None and (names or follow):
                links += 1
                if links > MAX_LINKS:
                    raise OSError(40, "Too many symbolic links encountered", path)
                absolute = child.target if child.target.startswith("/") else "/".join(["", *real, child.target])
                names = split(absolute) + names
                node, real = self.root, []
                continue
            node = child
            real = [*real, name]
        return node, "/" + "/".join(real)

    @staticmethod
    def _split_last(path: str) -> tuple[str, str]:
        names = split(path)
        return "/" + "/".join(names[:-1]), names[-1] if names else ""

    # -- reading

    def read(self, path: str) -> bytes:
        return self.blob(path).data

    def blob(self, path: str) -> Blob:
        node = self.find(path)
        if node.blob is None:
            raise IsADirectoryError(21, "Is a directory", path)
        return node.blob

    def list(self, path: str) -> dict[str, Node]:
        node, real = self._walk(path, follow=True)
        if node.children is None:
            raise NotADirectoryError(20, "Not a directory", path)
        if real in HIDDEN:
            raise PermissionError(13, "Permission denied", path)
        return dict(sorted(node.children.items()))

    def walk(self, path: str) -> Iterator[tuple[str, Node]]:
        """The path and everything below it, folders before what they hold; links are not followed."""
        node = self.find(path, follow=False)
        yield path, node
        if node.children is not None:
            for name in self.list(path):
                yield from self.walk(f"{path.rstrip('/')}/{name}")

    # -- changing

    def _place(self, path: str) -> tuple[dict[str, Node], str, str]:
        """The folder that holds (or will hold) the path's last part, that part, and the path without links."""
        parent_path, name = self._split_last(path)
        parent, real = self._walk(parent_path, follow=True)
        if parent.children is None:
            raise NotADirectoryError(20, "Not a directory", path)
        full = f"{real.rstrip('/')}/{name}"
        if not any(full.startswith(place + "/") for place in WRITABLE):
            if full.startswith(("/data", "/storage")):
                raise PermissionError(13, "Permission denied", path)
            raise OSError(30, "Read-only file system", path)
        return parent.children, name, full

    def write(self, path: str, data: bytes, *, mode: int = 0o660, mtime: float | None = None) -> Node:
        """Create or replace a file; a link at its place is followed."""
        with contextlib.suppress(FileNotFoundError):
            path = self._walk(path, follow=True)[1]
        children, name, full = self._place(path)
        old = children.get(name)
        if old is not None and old.is_dir:
            raise IsADirectoryError(21, "Is a directory", path)
        if not self.room(len(data)):
            raise OSError(28, "No space left on device", path)
        shared = full.startswith("/storage/")
        node = Node(
            mode=stat.S_IFREG | (0o660 if shared else mode & 0o777),
            owner="u0_a130" if shared else "shell",
            group="media_rw" if shared else "shell",
            blob=Blob.of(data),
        )
        if mtime is not None:
            node.mtime = mtime
        children[name] = node
        return node

    def append(self, path: str, data: bytes) -> Node:
        old = self.find(path) if self.exists(path) else None
        before = old.blob.data if old and old.blob else b""
        return self.write(path, before + data, mode=old.mode if old else 0o660)

    def make_folder(self, path: str, *, parents: bool = False, mode: int = 0o771) -> None:
        if parents:
            names = split(path)
            for end in range(1, len(names) + 1):
                part = "/" + "/".join(names[:end])
                if not self.exists(part):
                    self.make_folder(part, mode=mode)
                elif not self.find(part).is_dir:
                    raise FileExistsError(17, "File exists", path)
            return
        children, name, full = self._place(path)
        if name in children:
            raise FileExistsError(17, "File exists", path)
        shared = full.startswith("/storage/")
        children[name] = folder(
            0o770 if shared else mode, owner="u0_a130" if shared else "shell", group="media_rw" if shared else "shell"
        )

    def link(self, target: str, path: str) -> None:
        children, name, _ = self._place(path)
        if name in children:
            raise FileExistsError(17, "File exists", path)
        children[name] = Node(mode=stat.S_IFLNK | 0o777, target=target)

    def remove(self, path: str, *, recursive: bool = False) -> None:
        """Remove a file or link, or with `recursive` a folder and what it holds."""
        children, name, _ = self._place(path)
        node = children.get(name)
        if node is None:
            raise FileNotFoundError(2, "No such file or directory", path)
        if node.is_dir and not recursive:
            raise IsADirectoryError(21, "Is a directory", path)
        del children[name]

    def remove_folder(self, path: str) -> None:
        if self.list(path):
            raise OSError(39, "Directory not empty", path)
        self.remove(path, recursive=True)

    def move(self, source: str, destination: str) -> None:
        """Rename; into the destination if that is a folder."""
        node = self.find(source, follow=False)
        from_children, from_name, _ = self._place(source)
        if self.exists(destination) and self.find(destination).is_dir:
            destination = f"{destination.rstrip('/')}/{from_name}"
        to_children, to_name, _ = self._place(destination)
        del from_children[from_name]
        to_children[to_name] = node

    def touch(self, path: str, *, mtime: float | None = None) -> None:
        if not self.exists(path):
            self.write(path, b"")
        self._place(self.resolve(path))
        self.find(path).mtime = time.time() if mtime is None else mtime

    def change_mode(self, path: str, mode: int) -> None:
        self._place(self.resolve(path))
        node = self.find(path)
        node.mode = stat.S_IFMT(node.mode) | (mode & 0o7777)

    # -- the phone's own tree, which the shell user cannot write

    def install(self, path: str, node: Node) -> None:
        """Put a node anywhere, creating the folders above it: what the system itself does."""
        names = split(path)
        parent = self.root
        for name in names[:-1]:
            above = parent.children
            if above is None:
                raise NotADirectoryError(20, "Not a directory", path)
            parent = above.setdefault(name, folder(0o755, owner="root", group="root"))
        if parent.children is None:
            raise NotADirectoryError(20, "Not a directory", path)
        parent.children[names[-1]] = node

    def install_file(self, path: str, data: bytes, *, mode: int = 0o644) -> None:
        self.install(path, Node(mode=stat.S_IFREG | mode, owner="root", group="root", blob=Blob.of(data)))


def new_phone() -> FileSystem:
    """The folders, links and few files that a phone has when it is new."""
    files = FileSystem()
    for path, mode in {
        "/system": 0o755, "/system/bin": 0o755, "/system/app": 0o755, "/vendor": 0o755, "/proc": 0o555,
        "/dev": 0o755, "/mnt": 0o755, "/data": 0o771, "/data/local": 0o751, "/data/local/tmp": 0o771,
        "/data/app": 0o771, "/data/data": 0o771, "/data/system": 0o775, "/storage": 0o755,
        "/storage/emulated": 0o755, "/storage/emulated/0": 0o771,
    }.items():  # fmt: skip
        files.install(path, folder(mode, owner="root", group="root"))
    for name in ("Alarms", "Android", "DCIM", "Download", "Movies", "Music", "Pictures"):
        files.make_folder(f"/storage/emulated/0/{name}")
    files.make_folder("/storage/emulated/0/DCIM/Camera")
    files.install("/sdcard", Node(mode=stat.S_IFLNK | 0o777, target="/storage/self/primary"))
    files.install("/storage/self", folder(0o755, owner="root", group="root"))
    files.install("/storage/self/primary", Node(mode=stat.S_IFLNK | 0o777, target="/storage/emulated/0"))
    files.install_file("/dev/null", b"", mode=0o666)
    files.install_file("/system/bin/sh", b"\x7fELF", mode=0o755)
    files.install_file("/system/build.prop", b"# begin build properties\n")
    files.install_file("/proc/version", b"Linux version 5.10.157-android13-4 (build@sim) #1 SMP PREEMPT\n")
    return files
