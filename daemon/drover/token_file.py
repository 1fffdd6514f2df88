"""The API's token in its own file: made, read, replaced whole. Readable by its owner only; never logged."""

import hashlib
import hmac
import os
import re
import secrets
import stat
import tempfile
from pathlib import Path
from typing import Final

TOKEN_BYTES: Final = 32
_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/=-]{22,512}")
"""22 characters of base64 are the 128 bit that a token has at least."""


class TokenFileError(Exception):
    """The token cannot be used; the message names the file and what to do."""


def ensure(path: Path) -> str:
    """The token in the file; made first where there is none. Raises TokenFileError."""
    return read(path) if path.exists() or path.is_symlink() else replace(path)


def replace(path: Path) -> str:
    """A new token of 256 random bits, in the file before this returns; the old one is gone. Raises TokenFileError."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(prefix=".api-token-", dir=path.parent)  # 0600 from creation
        with os.fdopen(number, "w") as file:
            file.write(f"{token}\n")
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError as error:
        raise TokenFileError(f"the token's file {path} cannot be written: {error.strerror}") from None
    return token


def read(path: Path) -> str:
    """The token; raises TokenFileError for a file that others can read, and for what is no token."""
    try:
        # What is looked at is what was opened: a link is not followed.
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise TokenFileError(f"the token's file {path} cannot be read: {error.strerror}") from None
    try:
        info = os.fstat(number)
        if not stat.S_ISREG(info.st_mode):
            raise TokenFileError(f"the token's file {path} is not a regular file")
        if info.st_uid not in (os.geteuid(), 0) or info.st_mode & 0o077:
            raise TokenFileError(
                f"the token's file {path} is open to other users: chown it to you and chmod 600 {path}"
            )
        text = os.read(number, 1024).decode("ascii", errors="replace").strip()
    finally:
        os.close(number)
    if not _TOKEN.fullmatch(text):
        raise TokenFileError(
            f"the token's file {path} holds no token of at least 128 bit (22 letters and digits): "
            "remove it, or make one with droverctl token rotate"
        )
    return text


def token_id(token: str) -> str:
    """Eight characters that name a token in the audit and give nothing of it away."""
    return hashlib.sha256(token.encode()).hexdigest()[:8]


class WatchedToken:
    """The token as its file holds it now. A file that cannot be used lets no one in."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.trouble = ""
        """Why no one is let in; "" while the file is good."""
        self._seen: tuple[int, int, int] | None = None
        self._token = ""

    def matches(self, presented: str) -> bool:
        """Whether this is the token, compared in constant time."""
        token = self._current()
        return bool(token) and hmac.compare_digest(presented.encode(), token.encode())

    def _current(self) -> str:
        try:
            info = self.path.lstat()
            seen = (info.st_ino, info.st_mtime_ns, info.st_ctime_ns)
        except OSError:
            seen = None
        if seen is None or seen != self._seen:
            try:
                self._token, self.trouble = read(self.path), ""
            except TokenFileError as error:
                self._token, self.trouble = "", str(error)
            self._seen = seen
        return self._token
