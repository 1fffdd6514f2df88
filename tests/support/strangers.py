"""Another user of this machine at a Unix socket: a process that gives up root and then connects."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

NOBODY: Final = 65534

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become another user")

_CONNECT: Final = """
import os, socket, sys
uid, path, data = int(sys.argv[1]), sys.argv[2], sys.stdin.buffer.read()
os.setgroups([])
os.setgid(uid)
os.setuid(uid)
with socket.socket(socket.AF_UNIX) as sock:
    sock.settimeout(20)
    try:
        sock.connect(path)
    except PermissionError:
        sys.exit("EACCES")
    try:
        sock.sendall(data)
    except BrokenPipeError:
        pass
    try:
        while piece := sock.recv(4096):
            sys.stdout.buffer.write(piece)
    except ConnectionResetError:  # closed with something of ours unread: an end as well
        pass
"""


def asked_as(uid: int, path: Path, data: bytes) -> bytes:
    """What the socket answers to this user, read to the connection's end; b"" where the file lets no one connect."""
    command = [sys.executable, "-c", _CONNECT, str(uid), str(path)]
    done = subprocess.run(command, input=data, capture_output=True, timeout=30, check=False)
    assert done.returncode == 0 or done.stderr.strip() == b"EACCES", done.stderr.decode()
    return done.stdout
