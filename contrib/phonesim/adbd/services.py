"""What each service name of an OPEN starts on the phone: shells, files, ports, restarts. The bytes are the stream's."""

import asyncio
from collections.abc import Callable
from functools import partial

from phonesim import framebuffer
from phonesim.adbd.shell_v2 import EXIT, STDERR, STDOUT, FramedStdin, frame
from phonesim.adbd.stream import Stream
from phonesim.adbd.sync import SyncService
from phonesim.adbd.transport import Service
from phonesim.device import Device
from phonesim.shell.call import Sink, Streams
from phonesim.shell.commands import COMMANDS
from phonesim.shell.interpreter import Shell

Opener = Callable[[Device, str], Service | None]


def open_service(device: Device, name: str) -> Service | None:
    """The service for a name such as `shell:ls`; None if the phone has none (adb then says `closed`)."""
    head, _, argument = name.partition(":")
    opener = _OPENERS.get(head.split(",", 1)[0])
    return opener(device, name if head.startswith("shell") else argument) if opener else None


def _open_shell(device: Device, name: str) -> Service:
    head, _, command = name.partition(":")
    options = head.split(",")[1:]
    return partial(_shell_v2 if "v2" in options else _shell_v1, device, command, kind="shell", pty="pty" in options)


def _open_exec(device: Device, command: str) -> Service:
    return partial(_shell_v1, device, command, kind="exec", pty=False)


async def _shell_v1(device: Device, command: str, stream: Stream, *, kind: str, pty: bool) -> None:
    device.calls[kind] += 1
    await device.faults.gate()
    out = Sink(deliver=stream.write)
    await _run(device, command, Streams(stdin=stream, out=out, err=out), pty=pty or not command)
    await out.flush()


async def _shell_v2(device: Device, command: str, stream: Stream, *, kind: str, pty: bool) -> None:
    device.calls[kind] += 1
    await device.faults.gate()

    async def framed(which: int, data: bytes) -> None:
        await stream.write(frame(which, data))

    out = Sink(deliver=partial(framed, STDOUT))
    err = out if pty else Sink(deliver=partial(framed, STDERR))
    code = await _run(device, command, Streams(stdin=FramedStdin(stream=stream), out=out, err=err), pty=pty)
    # One message for all that is left: each further one would cost a round trip.
    rest = frame(STDOUT, bytes(out.data)) if out.data else b""
    if err is not out and err.data:
        rest += frame(STDERR, bytes(err.data))
    await stream.write(rest + frame(EXIT, bytes([code & 0xFF])))


async def _run(device: Device, command: str, streams: Streams, *, pty: bool) -> int:
    shell = Shell(device=device, commands=COMMANDS)
    if command:
        return await shell.run(command, streams)
    return await _interactive(shell, streams, pty=pty)


async def _interactive(shell: Shell, streams: Streams, *, pty: bool) -> int:
    """Lines as they come, each run at once; with a terminal also echo and a prompt."""
    pending = b""
    prompt = f"{shell.device.props['ro.product.device']}:{shell.cwd} $ ".encode() if pty else b""
    while True:
        streams.out.write(prompt if not pending else b"")
        await streams.out.flush()
        chunk = await streams.stdin.read()
        if pty and b"\x04" in chunk:
            return shell.status
        if pty:
            streams.out.write(chunk.replace(b"\r", b"\r\n"))
        pending += chunk.replace(b"\r", b"\n")
        *lines, pending = pending.split(b"\n") if chunk else [pending, b""]
        for line in lines:
            if line.strip() == b"exit":
                return shell.status
            await shell.run(line.decode(errors="surrogateescape"), streams) if line.strip() else None
            await streams.err.flush()
        if not chunk:
            return shell.status


def _open_sync(device: Device, _argument: str) -> Service:
    async def serve(stream: Stream) -> None:
        await device.faults.gate()
        await device.faults.gate("sync")
        await SyncService(device.files, stream, count=lambda: device.calls.update(sync=1)).serve()

    return serve


def _open_port(device: Device, argument: str) -> Service | None:
    handler = device.ports.get(int(argument)) if argument.isdigit() else None
    if handler is None:
        return None

    async def serve(stream: Stream) -> None:
        await device.faults.gate("tcp")
        await handler(stream)

    return serve


def _open_reverse(device: Device, argument: str) -> Service:
    async def serve(stream: Stream) -> None:
        device.calls["reverse"] += 1
        await stream.write(_reverse(device, argument))

    return serve


def _reverse(device: Device, request: str) -> bytes:
    """Reverse forwards are kept and listed; nothing on this phone connects to them."""
    verb, _, rest = request.partition(":")
    if verb == "list-forward":
        listing = "".join(f"host {remote} {local}\n" for remote, local in device.reverses.items()).encode()
        return b"%04x" % len(listing) + listing
    if verb == "forward":
        remote, _, local = rest.removeprefix("norebind:").partition(";")
        if rest.startswith("norebind:") and remote in device.reverses:
            return _refusal("cannot rebind existing socket")
        device.reverses[remote] = local
    elif verb == "killforward-all":
        device.reverses.clear()
    elif device.reverses.pop(rest, None) is None:
        return _refusal(f"listener '{rest}' not found")
    return b"OKAY"


def _refusal(message: str) -> bytes:
    return b"FAIL%04x%s" % (len(message), message.encode())


def _open_framebuffer(device: Device, _argument: str) -> Service:
    async def serve(stream: Stream) -> None:
        device.calls["framebuffer"] += 1
        await device.faults.gate()
        await stream.write((await framebuffer.grab(device)).for_framebuffer())

    return serve


def _open_tcpip(device: Device, argument: str) -> Service | None:
    """The phone is on the network already: it says the words and stays where it is."""
    valid = argument.isdigit() and 0 < int(argument) < 65536
    return _says("restarting in TCP mode port: {}\n" if valid else "invalid port {}\n")(device, argument)


def _open_reboot(device: Device, _argument: str) -> Service:
    async def serve(_stream: Stream) -> None:
        device.calls["reboot"] += 1
        # After this stream has been answered, as the real one does it.
        asyncio.get_running_loop().call_later(0.05, device.restart, {})

    return serve


def _says(message: str) -> Opener:
    def opener(_device: Device, argument: str) -> Service:
        async def serve(stream: Stream) -> None:
            await stream.write(message.format(argument).encode())

        return serve

    return opener


_OPENERS: dict[str, Opener] = {
    "shell": _open_shell,
    "exec": _open_exec,
    "sync": _open_sync,
    "tcp": _open_port,
    "reverse": _open_reverse,
    "framebuffer": _open_framebuffer,
    "reboot": _open_reboot,
    "root": _says("adbd cannot run as root in production builds\n"),
    "unroot": _says("adbd not running as root\n"),
    "remount": _says('Not running as root. Try "adb root" first.\n'),
    "tcpip": _open_tcpip,
    "usb": _says("restarting in USB mode\n"),
}
