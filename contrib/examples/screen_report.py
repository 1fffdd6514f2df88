#!/usr/bin/env python3
"""A managed custom script, with nothing but the standard library: asks its phone three things through the API.

    droverctl script add screen-report --summary "What is on the screen?" -- $PWD/contrib/examples/screen_report.py
    droverctl task create screen-report --serial SERIAL --config '{"press": "home"}' --wait

Drover starts it with the phone leased for it. What it prints is the task's log; exit code 0 completes the task.
"""

import json
import os
import sys
import urllib.error
import urllib.request
from typing import Any

BASE = os.environ["TIKMATRIX_API_BASE"].rstrip("/")
SERIAL = os.environ["TIKMATRIX_SERIAL"]
SESSION = {"x-session-id": os.environ["TIKMATRIX_SESSION_ID"]}
CONFIG = json.loads(os.environ.get("DROVER_SCRIPT_CONFIG") or "{}")


def send(method: str, path: str, body: Any = None) -> bytes:
    """One request; a refusal ends the script with the API's own words."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        f"{BASE}/{path}", data, {**SESSION, "Content-Type": "application/json"}, method=method
    )
    try:
        with urllib.request.urlopen(request, timeout=40) as answer:
            return bytes(answer.read())
    except urllib.error.HTTPError as error:
        sys.exit(f"{method} {path}: {json.loads(error.read())['message']}")


def rpc(method: str, *params: Any) -> Any:
    """A method of UIAutomator2 on our phone."""
    body = {"serial": SERIAL, "method": method, "params": list(params)}
    return json.loads(send("POST", "rpc/jsonrpc", body))["data"]


def main() -> None:
    print(f"{SERIAL}: {rpc('deviceInfo')['currentPackageName']} is in front")
    if key := CONFIG.get("press"):
        print(f"pressing {key}: {rpc('pressKey', key)}")
    with open("screen.png", "wb") as file:  # in the task's own folder
        file.write(send("GET", f"rpc/screenshot?serial={SERIAL}"))
    nodes = send("GET", f"rpc/hierarchy?serial={SERIAL}").count(b"<node")
    print(f"{nodes} nodes on the screen; picture in {os.getcwd()}/screen.png")


if __name__ == "__main__":
    main()
