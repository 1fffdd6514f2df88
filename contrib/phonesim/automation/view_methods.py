"""Methods of the automation server that look: hierarchy, screenshot, objects by selector."""

import asyncio
import base64
import io
import time
from typing import Any, Final

from PIL import Image

from phonesim.automation import nodes
from phonesim.automation.session import Methods, Params, Session

POLL_S: Final = 0.05


async def dump(session: Session, params: Params) -> str:
    compressed, max_depth = bool(params[0]) if params else False, int(params[1]) if len(params) > 1 else 50
    return nodes.pruned(await session.hierarchy(), compressed=compressed, max_depth=max_depth)


async def screenshot(session: Session, params: Params) -> str:
    scale, quality = (float(params[0]) if params else 1.0), (int(params[1]) if len(params) > 1 else 80)
    png = await session.device.screenshot()
    return await session.device.on_display(jpeg, png, scale, quality)


def jpeg(png: bytes, scale: float, quality: int) -> str:
    """The picture as the server sends it: JPEG, in base64."""
    with Image.open(io.BytesIO(png)) as image:
        picture = image.convert("RGB")
    if scale != 1:
        picture = picture.resize((max(1, int(picture.width * scale)), max(1, int(picture.height * scale))))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return base64.b64encode(out.getvalue()).decode()


async def exist(session: Session, params: Params) -> bool:
    return bool(await session.find_all(params[0]))


async def count(session: Session, params: Params) -> int:
    return len(await session.find_all(params[0]))


async def object_info(session: Session, params: Params) -> dict[str, Any]:
    return nodes.info(await session.find(params[0]))


async def all_info(session: Session, params: Params) -> list[dict[str, Any]]:
    return [nodes.info(node) for node in await session.find_all(params[0])]


async def get_text(session: Session, params: Params) -> str:
    return (await session.find(params[0])).get("text", "")


async def wait_for_exists(session: Session, params: Params) -> bool:
    return await _wait(session, params, present=True)


async def wait_until_gone(session: Session, params: Params) -> bool:
    return await _wait(session, params, present=False)


async def _wait(session: Session, params: Params, *, present: bool) -> bool:
    deadline = time.monotonic() + float(params[1]) / 1000
    while bool(await session.find_all(params[0])) != present:
        if time.monotonic() >= deadline:
            return False
        await asyncio.sleep(POLL_S)
    return True


METHODS: Final[Methods] = {
    "dumpWindowHierarchy": dump,
    "takeScreenshot": screenshot,
    "exist": exist,
    "count": count,
    "objInfo": object_info,
    "objInfoOfAllInstances": all_info,
    "getText": get_text,
    "waitForExists": wait_for_exists,
    "waitUntilGone": wait_until_gone,
}
