"""`app_process`: starts the one Java program this phone can run, uiautomator2's server out of u2.jar."""

import asyncio
from collections.abc import Mapping
from typing import Final

from phonesim.automation.server import AutomationServer
from phonesim.shell.call import Call, Command

MAIN_CLASS: Final = "com.wetest.uia2.Main"
DEFAULT_PORT: Final = 9008
ALREADY_REGISTERED: Final = (
    'Exception in thread "main" java.lang.IllegalStateException: UiAutomationService '
    "android.accessibilityservice.IAccessibilityServiceClient$Stub$Proxy@4e2b7cd already registered!"
)


async def app_process(call: Call) -> int:
    names = [word for word in call.args if not word.startswith("-")]
    jar = call.variables.get("CLASSPATH", "")
    if MAIN_CLASS not in names or not call.device.files.exists(call.path(jar)):
        missing = next((name for name in names if "." in name), "?")
        return call.error(f"Error: unable to find class {missing} in CLASSPATH={jar}\nAborted ", code=134)
    try:
        port = int(call.args[call.args.index("-p") + 1]) if "-p" in call.args else DEFAULT_PORT
    except (IndexError, ValueError):
        return call.error("java.lang.NumberFormatException: -p")
    if call.device.automation_holder is not None:
        return call.error(ALREADY_REGISTERED)
    if port in call.device.ports:
        return call.error("java.net.BindException: bind failed: EADDRINUSE (Address already in use)")
    call.print("[server] INFO: [UiAutomator2Server] Starting Server")
    await call.flush()
    serving = asyncio.create_task(AutomationServer(call.device).run(port))
    hung_up = asyncio.create_task(call.stdin.hung_up())
    try:
        await asyncio.wait({serving, hung_up}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        serving.cancel()
        hung_up.cancel()
    return call.error("Killed ", code=137)


COMMANDS: Final[Mapping[str, Command]] = {"app_process": app_process}
