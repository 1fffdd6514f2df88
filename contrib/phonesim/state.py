"""The farm's own state as JSON over HTTP on 127.0.0.1: what phones did, and faults to set. Not part of any phone."""

import asyncio
import re
import time
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

from phonesim.contract import UnknownFaultError
from phonesim.device import Device
from phonesim.faults import DEVICE_FAULTS, InvalidFaultError
from phonesim.http import BadRequestError, Request, Response, SocketStream, json_response, serve
from phonesim.identity import InvalidIdentityError
from phonesim.phone import Phone


class StateServer:
    """GET /phones, GET and POST below it; see README.md for the routes."""

    def __init__(self, phones: Sequence[Phone]) -> None:
        self._phones = phones
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.StreamWriter] = set()
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    async def start(self, port: int) -> None:
        self._server = await asyncio.start_server(self._accepted, "127.0.0.1", port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in list(self._connections):
            writer.transport.abort()

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.add(writer)
        try:
            await serve(SocketStream(reader, writer), self._answer)
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            self._connections.discard(writer)
            writer.close()

    async def _answer(self, request: Request) -> Response:
        parts = [unquote(part) for part in urlsplit(request.path).path.split("/") if part]
        if request.method == "GET" and parts in ([], ["phones"]):
            return json_response([summary(phone) for phone in self._phones])
        if parts[0] != "phones" or len(parts) not in (2, 3):
            return json_response({"error": f"no route {request.path}; see GET /phones"}, status=404)
        phone = self._found(parts[1])
        if phone is None:
            return json_response({"error": f"no phone {parts[1]}; GET /phones lists them"}, status=404)
        match request.method, parts[2:]:
            case "GET", []:
                return json_response(await details(phone))
            case "GET", ["screen.png"]:
                png = await phone.device.screenshot()
                return Response(body=png, content_type="image/png")
            case "GET", ["hierarchy.xml"]:
                xml = await phone.device.hierarchy()
                return Response(body=xml.encode(), content_type="text/xml; charset=utf-8")
            case "POST", ["reset"]:
                await phone.reset()
                return json_response(await details(phone))
            case "POST", ["identity"]:
                return await self._identify(phone, request)
            case "POST", ["configuration"]:
                return await self._configure(phone, request)
            case "POST", ["move"]:
                return await self._move(phone, request)
            case "POST", ["faults"]:
                return await self._set_fault(phone, request)
            case "DELETE", ["faults"]:
                await phone.clear_faults()
                for name in phone.device.display.faults():
                    await phone.device.on_display(phone.device.display.inject, name, {"clear": True})
                return json_response(await details(phone))
            case _:
                return json_response({"error": f"no route {request.method} {request.path}"}, status=404)

    def _found(self, name: object) -> Phone | None:
        return next((phone for phone in self._phones if name in (phone.serial, phone.device.serialno)), None)

    async def _identify(self, phone: Phone, request: Request) -> Response:
        try:
            body = request.json()
            phone.device.identify(body if isinstance(body, dict) else {"": body})
        except (BadRequestError, InvalidIdentityError) as error:
            return json_response({"error": str(error)}, status=400)
        return json_response(await details(phone))

    async def _configure(self, phone: Phone, request: Request) -> Response:
        try:
            body = request.json()
            configure(phone.device, body if isinstance(body, dict) else {"": body})
        except (BadRequestError, ValueError) as error:
            return json_response({"error": str(error)}, status=400)
        await phone.device.on_display(phone.device.configure)
        return json_response(await details(phone))

    async def _move(self, phone: Phone, request: Request) -> Response:
        try:
            body = request.json()
        except BadRequestError as error:
            return json_response({"error": str(error)}, status=400)
        if not isinstance(body, dict) or "with" not in body:
            await phone.move()
            return json_response(await details(phone))
        other = self._found(body["with"])
        if other is None:
            return json_response({"error": f"no phone {body['with']}; GET /phones lists them"}, status=404)
        await phone.swap(other)
        return json_response([await details(phone), await details(other)])

    async def _set_fault(self, phone: Phone, request: Request) -> Response:
        name: object = None
        try:
            body = request.json()
            name = body.pop("name", None) if isinstance(body, dict) else None
            if not isinstance(name, str):
                raise BadRequestError('expected {"name": "...", ...parameters}')
            if name in DEVICE_FAULTS:
                await phone.set_fault(name, body)
            else:
                await phone.device.on_display(phone.device.display.inject, name, body)
        except (UnknownFaultError, BadRequestError, InvalidFaultError) as error:
            known = {**DEVICE_FAULTS, **phone.device.display.faults()}
            why = (
                f"no fault {name!r}; `faults` lists those there are"
                if isinstance(error, UnknownFaultError)
                else str(error)
            )
            return json_response({"error": why, "faults": known}, status=400)
        return json_response(await details(phone))


def configure(device: Device, values: Mapping[str, object]) -> None:
    """Settings of a phone by name: `language`, `size` (pixels upright), `rotation`, `font_scale`. Raises ValueError."""
    for name, value in values.items():
        match name, str(value):
            case "language", word:
                device.speak(word)
            case "size", word if match := re.fullmatch(r"(\d{3,4})x(\d{3,4})", word):
                device.size = int(match[1]), int(match[2])
            case "rotation", "0" | "1" | "2" | "3" as word:
                device.settings["system"]["user_rotation"] = word
            case "font_scale", word if re.fullmatch(r"[01](\.\d+)?|2(\.0)?", word):
                device.settings["system"]["font_scale"] = word
            case _:
                raise ValueError(f"no configuration {name} of {value!r}")


def summary(phone: Phone) -> dict[str, Any]:
    device = phone.device
    return {
        "serial": phone.serial,
        "serialno": device.serialno,
        "model": device.props["ro.product.model"],
        "port": phone.port,
        "language": device.language,
        "presence": phone.presence,
        "attached": phone.attached,
    }


async def details(phone: Phone) -> dict[str, Any]:
    """The display's state with the device's merged in; `calls` counts adb round trips by kind."""
    device = phone.device
    shown = dict(await device.on_display(device.display.state))
    app_faults = shown.pop("faults", {})
    return {
        **shown,
        **summary(phone),
        "faults": {**app_faults, **device.faults.on()},
        "calls": {**device.calls, "total": device.calls.total()},
        "commands": dict(device.commands),
        "automation": device.automation_holder,
        "identity": device.numbers.shown(),
        "uptime_s": round(time.monotonic() - device.booted_at, 3),
    }
