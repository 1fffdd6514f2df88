"""Media brought onto a simulated phone as a program brings it: pushed over adb, scanned, its row waited for."""

import re

from tests.support.adb import AdbServer
from tests.support.phones import wait_until

CAMERA = "/sdcard/DCIM/Camera"


def pushed(adb: AdbServer, serial: str, name: str, data: bytes) -> str:
    """Push a file, scan it, and wait for its row; its URI."""
    device = adb.device(serial)
    path, kind = f"{CAMERA}/{name}", "video" if name.endswith("mp4") else "images"
    device.sync.push(data, path)
    device.shell(f"am broadcast -a android.intent.action.MEDIA_SCANNER_SCAN_FILE -d file://{path}")
    uri = f"content://media/external/{kind}/media"
    query = f"content query --uri {uri} --projection _id --where \"_display_name='{name}'\""
    found = wait_until(lambda: re.search(r"_id=(\d+)", str(device.shell(query))), what="the row")
    return f"{uri}/{found[1]}"
