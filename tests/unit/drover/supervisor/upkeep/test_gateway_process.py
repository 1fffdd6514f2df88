"""The gateway's process: how it is told where to serve, and when it counts as silent."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from drover.config import ApiSection, Config
from drover.supervisor.upkeep import gateway_process
from drover.supervisor.upkeep.gateway_process import GatewayProcess
from drover.wire.control import AnnounceApi
from tests.support.control import FakeDaemon
from tests.support.daemon_fixtures import fake, model, short_dir
from tests.support.rest import running_shim

__all__ = ["fake", "model", "short_dir"]

_answers: Callable[[AnnounceApi], Awaitable[bool]] = vars(gateway_process)["_answers"]


def answers(url: str = "", socket: Path | None = None) -> bool:
    async def asked() -> bool:
        return await _answers(AnnounceApi(url=url, socket=str(socket or "")))

    return asyncio.run(asked())


def test_case_b9_each_address_must_answer(fake: FakeDaemon, short_dir: Path) -> None:
    """Of a gateway that serves two, one that stands still on either is replaced."""
    path, gone = short_dir / "api" / "api.sock", short_dir / "api" / "gone.sock"
    with running_shim(fake.path, unix_path=path) as rest:
        url = f"http://127.0.0.1:{rest.port}/api/v1/"
        assert answers(url)
        assert answers(socket=path)
        assert answers(url, path)
        assert not answers(url, gone)
        assert not answers("http://127.0.0.1:1/api/v1/", path)
    assert not answers(socket=path)


def test_case_b9_the_gateway_is_told_its_addresses() -> None:
    def command(api: ApiSection, unix_socket: Path | None) -> list[str]:
        process = GatewayProcess(
            Config(api=api),
            control_socket=Path("/run/drover/control.sock"),
            unix_socket=unix_socket,
            spool=Path("/spool"),
        )
        made: Callable[[], list[str]] = vars(GatewayProcess)["_command"].__get__(process)
        return made()

    assert not {"--unix-socket", "--no-tcp"} & set(command(ApiSection(), None))
    both = command(ApiSection(socket="x"), Path("/run/drover/x"))
    assert both[both.index("--unix-socket") + 1] == "/run/drover/x"
    assert "--no-tcp" not in both
    assert "--no-tcp" in command(ApiSection(socket="x", tcp=False), Path("/run/drover/x"))
