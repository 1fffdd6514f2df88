"""uiautomator2's server: HTTP on a port of the phone, a process that holds the phone's UiAutomation."""

import asyncio
from typing import Any, Final

from phonesim.automation.rpc import call
from phonesim.automation.session import RpcError, Session
from phonesim.device import ByteStream, Device
from phonesim.http import BadRequestError, Request, Response, json_response, serve

HOLDER: Final = "uiautomator2"
DEAD_OBJECT: Final = "android.os.DeadObjectException"


class AutomationServer:
    """Serves until it is killed; `run` is its process."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._session = Session(device=device)
        self._killed = asyncio.Event()
        self._connections: set[asyncio.Task[Any]] = set()

    async def run(self, port: int) -> None:
        """Hold UiAutomation and the port until killed or cancelled."""
        device = self._device
        device.automation_holder = HOLDER
        device.ports[port] = self._connected
        device.kill_automation = self._killed.set
        device.process("app_process")
        try:
            await self._killed.wait()
        finally:
            device.ports.pop(port, None)
            device.processes.pop("app_process", None)
            device.automation_holder = None
            device.kill_automation = None
            for connection in self._connections:
                connection.cancel()

    async def _connected(self, stream: ByteStream) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._connections.add(task)
            task.add_done_callback(self._connections.discard)
        await serve(stream, self._answer)

    async def _answer(self, request: Request) -> Response | None:
        match request.method, request.path:
            case "GET", "/ping":
                self._device.calls["ping"] += 1
                await self._device.faults.gate("ping")
                return Response(body=b"pong", content_type="text/plain")
            case "POST", "/jsonrpc/0":
                return await self._call(request)
            case _:
                return Response(status=404, body=b"Not Found", content_type="text/plain")

    async def _call(self, request: Request) -> Response | None:
        device = self._device
        device.calls["automation"] += 1
        body = request.json()
        if not isinstance(body, dict) or not isinstance(body.get("method"), str):
            raise BadRequestError("expected a JSON-RPC request")
        name, params = body["method"], body.get("params")
        device.commands[f"rpc {name}"] += 1
        await device.faults.gate()
        await device.faults.gate(name)
        try:
            result = {"result": await call(self._session, name, params if isinstance(params, list) else [])}
        except RpcError as error:
            result = {"error": {"code": error.code, "message": str(error), "data": ""}}
        await device.faults.done(name)
        return self._spoiled(name, body.get("id"), result)

    def _spoiled(self, name: str, call_id: Any, result: dict[str, Any]) -> Response | None:
        """The answer, unless the fault `server_crash` waits for this method: what was asked for has been done then."""
        fault = self._device.faults.get("server_crash")
        if fault is None or fault.params.get("after", name) != name:
            return json_response({"jsonrpc": "2.0", "id": call_id, **result})
        self._device.faults.clear("server_crash")
        match fault.params.get("answer"):
            case 502:
                return Response(status=502, body=b"Bad Gateway", content_type="text/plain")
            case "dead_object":
                error = {"code": -32001, "message": DEAD_OBJECT, "data": ""}
                return json_response({"jsonrpc": "2.0", "id": call_id, "error": error})
            case _:
                self._killed.set()
                return None
