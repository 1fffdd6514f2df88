"""A client of the REST API as anyone would write it: plain HTTP and JSON, no code of Drover's."""

import json
import urllib.error
import urllib.request
from typing import Any


class ApiError(Exception):
    """The API refused; the message is the envelope's."""


class Api:
    """The REST API at its base URL, which ends in a slash."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url

    def get(self, path: str) -> Any:
        return self._ask("GET", path, None)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return self._ask("POST", path, body)

    def curl(self, path: str, body: dict[str, Any]) -> str:
        """The same request as a command for a shell."""
        data = json.dumps(body)
        return f"curl -X POST {self.base_url}{path} \\\n  -H 'Content-Type: application/json' \\\n  -d '{data}'"

    def _ask(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        request = urllib.request.Request(
            self.base_url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={} if body is None else {"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                envelope = json.load(response)
        except urllib.error.HTTPError as error:
            envelope = json.load(error)
        if envelope["code"] != 0:
            raise ApiError(f"{method} {path}: {envelope['code']} {envelope['message']}")
        return envelope["data"]


def fetch_json(url: str) -> Any:
    """JSON from a URL of our own."""
    with urllib.request.urlopen(url, timeout=10) as response:
        return json.load(response)
