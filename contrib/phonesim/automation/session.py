"""What the automation server's methods share: the phone, the screen's nodes, what is remembered between calls."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from phonesim.automation import nodes
from phonesim.device import Device

NOT_FOUND: Final = "androidx.test.uiautomator.UiObjectNotFoundException"

Params = list[Any]


class RpcError(Exception):
    """A Java exception, as the server reports one: code and message."""

    def __init__(self, message: str, *, code: int = -32001) -> None:
        super().__init__(message)
        self.code = code


def new_configuration() -> dict[str, Any]:
    return {
        "actionAcknowledgmentTimeout": 500,
        "keyInjectionDelay": 0,
        "scrollAcknowledgmentTimeout": 200,
        "waitForIdleTimeout": 0,
        "waitForSelectorTimeout": 0,
    }


@dataclass(kw_only=True)
class Session:
    """One server's life. `down` is a finger that lies on the screen: where, and since when (monotonic)."""

    device: Device
    down: tuple[int, int, float] | None = None
    toast: str | None = None
    configuration: dict[str, Any] = field(default_factory=new_configuration)

    async def hierarchy(self) -> str:
        return await self.device.hierarchy()

    async def find_all(self, selector: Any) -> list[nodes.Element]:
        """The nodes that a selector means now; raises ValueError if it is none."""
        if not isinstance(selector, dict):
            raise ValueError(f"not a selector: {selector!r}")
        return nodes.find_all(nodes.parse(await self.hierarchy()), selector)

    async def find(self, selector: Any) -> nodes.Element:
        """The first of them; raises RpcError as UiAutomator does."""
        found = await self.find_all(selector)
        if not found:
            raise RpcError(f"{NOT_FOUND}: {selector}", code=-32002)
        return found[0]


Method = Callable[[Session, Params], Awaitable[Any]]
Methods = Mapping[str, Method]
