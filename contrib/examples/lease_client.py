#!/usr/bin/env python3
"""Drives one phone by the Local API from a script of your own: lease it, look, act, give it back.

    pip install requests
    ./lease_client.py SERIAL [LABEL]

Works under any server of that API. As a managed script it finds everything in its environment: TIKMATRIX_API_BASE,
TIKMATRIX_SERIAL, and TIKMATRIX_SESSION_ID, with the phone leased already.
"""

import os
import sys
import threading
from pathlib import Path

import requests

BASE = os.environ.get("TIKMATRIX_API_BASE", "http://localhost:50809/api/v1/").rstrip("/")
TTL_SECS = 60


class Device:
    """One leased phone over one keep-alive session. Leave the `with` block and it is free again."""

    def __init__(self, serial: str, label: str = "") -> None:
        self.serial = serial
        self.label = label
        self.http = requests.Session()
        self.managed = os.environ.get("TIKMATRIX_SESSION_ID", "")
        self._done = threading.Event()
        self._heart = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> "Device":
        self.session_id = (
            self.managed
            or self._post("rpc/session", serial=self.serial, label=self.label, ttl_secs=TTL_SECS, wait_secs=120)[
                "session_id"
            ]
        )
        self.http.headers["x-session-id"] = self.session_id
        self._heart.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._heart.join()
        if not self.managed:
            self.http.delete(f"{BASE}/rpc/session/{self.session_id}", timeout=30)
        self.http.close()

    def call(self, method: str, *params: object, timeout: float = 20) -> object:
        """A UIAutomator2 method, sent once. An error that says "may or may not" must not be repeated blindly."""
        return self._post("rpc/jsonrpc", serial=self.serial, method=method, params=list(params), timeout=timeout)

    def hierarchy(self) -> str:
        return self._get("rpc/hierarchy").text

    def screenshot(self) -> bytes:
        return self._get("rpc/screenshot").content

    def _beat(self) -> None:
        # A connection of its own: a heartbeat must not wait behind a long call.
        with requests.Session() as http:
            while not self._done.wait(TTL_SECS / 3):
                http.post(f"{BASE}/rpc/session/{self.session_id}/heartbeat", json={"ttl_secs": TTL_SECS}, timeout=10)

    def _get(self, path: str) -> requests.Response:
        answer = self.http.get(f"{BASE}/{path}", params={"serial": self.serial}, timeout=60)
        if answer.status_code != 200:
            raise RuntimeError(answer.json()["message"])
        return answer

    def _post(self, path: str, **body: object) -> object:
        answer = self.http.post(f"{BASE}/{path}", json=body, timeout=180).json()
        if answer["code"] != 0:
            raise RuntimeError(answer["message"])
        return answer["data"]


def main() -> None:
    serial = os.environ.get("TIKMATRIX_SERIAL") or (sys.argv[1] if len(sys.argv) > 1 else "")
    if not serial:
        online = requests.get(f"{BASE}/rpc/devices", timeout=10).json()["data"]
        sys.exit("say which phone: " + (", ".join(device["serial"] for device in online) or "none is online"))
    with Device(serial, label=sys.argv[2] if len(sys.argv) > 2 else "lease_client.py") as device:
        info = device.call("deviceInfo")
        print(f"{info['productName']}: {info['displayWidth']}x{info['displayHeight']}, {info['currentPackageName']}")
        device.call("pressKey", "home")
        print(f"{device.hierarchy().count('<node')} nodes on the screen")
        Path("screen.png").write_bytes(device.screenshot())
        print("screen.png written")


if __name__ == "__main__":
    main()
