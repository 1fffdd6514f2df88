"""Holds answers to the API's own description: every reply that a contract test gets is checked against it."""

import json
import re
from functools import cache
from typing import Any

import jsonschema_rs

from drover_shim.openapi import document, openapi_path
from drover_shim.routes import ROUTES

DOCUMENT = document(ROUTES)


@cache
def _validator(path: str, method: str, status: str) -> Any:
    """For the JSON of one answer, or None where the description has no schema for it."""
    content = DOCUMENT["paths"][path][method]["responses"][status].get("content", {})
    schema = content.get("application/json", {}).get("schema")
    if schema is None:
        return None
    return jsonschema_rs.Draft202012Validator({**schema, "components": DOCUMENT["components"]})


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Paths without parameters first, as the router takes them."""
    paths = sorted({openapi_path(route) for route in ROUTES}, key=lambda path: path.count("{"))
    return [(re.compile("[^/]+".join(map(re.escape, re.split(r"\{\w+\}", path)))), path) for path in paths]


def described_path(path: str) -> str | None:
    """The description's name for a path, None where there is none."""
    plain = path.partition("?")[0].rstrip("/")
    return next((name for pattern, name in _patterns() if pattern.fullmatch(plain)), None)


def check(method: str, path: str, status: int, media_type: str, body: bytes) -> None:
    """Fail where an answer is not what the description says."""
    name = described_path(path)
    described = DOCUMENT["paths"].get(name, {})
    method = method.lower()
    if name is None or method not in described or status == 404 or not media_type.startswith("application/json"):
        return
    assert str(status) in described[method]["responses"], (method, path, f"answered {status}, which is not described")
    validator = _validator(name, method, str(status))
    if validator is not None:
        errors = [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(json.loads(body))]
        assert not errors, (method, path, errors[:3])
