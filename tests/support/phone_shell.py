"""One phone without sockets, and its shell as a plain call: what a command prints and returns."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from phonesim.device import Device
from phonesim.shell.call import Bytes, Sink, Streams
from phonesim.shell.commands import COMMANDS
from phonesim.shell.interpreter import Shell
from tests.support.fake_display import FakeDisplay

_executor = ThreadPoolExecutor(max_workers=2)


def new_device(serialno: str = "SIM0001") -> Device:
    """A phone with the tests' own screen. Make it inside a running loop if its faults are waited for."""
    return Device(serialno=serialno, display=FakeDisplay(serialno), language="en", seed=1, executor=_executor)


@dataclass(frozen=True, kw_only=True)
class Done:
    code: int
    out: str
    err: str


def run(device: Device, text: str, stdin: bytes = b"") -> Done:
    """Run one command line to its end."""
    out, err = Sink(), Sink()
    shell = Shell(device=device, commands=COMMANDS)
    code = asyncio.run(shell.run(text, Streams(stdin=Bytes(data=stdin), out=out, err=err)))
    return Done(code=code, out=bytes(out.data).decode(), err=bytes(err.data).decode())
