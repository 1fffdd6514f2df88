"""The schemas of bodies and the code that reads them agree: what the one takes the other takes, in every spelling."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import jsonschema_rs
import pytest

from drover_shim.openapi import document
from drover_shim.routes import ROUTES
from tests.support.daemon import DroverDaemon
from tests.support.rest import Rest

A = "R58M123ABC"
DOCUMENT = document(ROUTES)
FOLLOW = {"script_name": "follow", "serials": [A], "script_config": {"target_user": "ada"}}
POST = {"script_name": "post", "serials": [A]}
ACCOUNT = {"username": "@ada", "serial": A}
LEASE = {"serial": A}


def follow(**config: Any) -> dict[str, Any]:
    return {**FOLLOW, "script_config": config}


def post(platform: str | None = None, **config: Any) -> dict[str, Any]:
    return {**POST, "script_config": config, "platform": platform}


TAKEN: list[tuple[str, dict[str, Any]]] = [
    ("/task", FOLLOW),
    ("/task", {**FOLLOW, "min_interval": 1.0, "max_interval": None, "platform": None, "unknown": {"a": [1e-9]}}),
    ("/task", {**FOLLOW, "start_time": "", "usernames": []}),
    ("/task", follow(target_users=["@ada", " bob "], target_user=7)),
    ("/task", follow(target_users=[], target_user=",ada,\n@bob ,")),
    ("/task", follow(target_username="ada", target_user=None, access_method="search")),
    ("/task", post()),
    ("/task", post(content_type="1", image_count=3.0, origin_sound_volume="050", add_sound=True, captions=None)),
    ("/task", post(post_way="useSound", sound_name="x", materials_tags=["a", "b,c"], material_list="")),
    ("/task", post("instagram", placement="story", add_product_link="0")),
    ("/task", post("tiktok", add_product_link=True, product_name="Mug")),
    ("/account", {**ACCOUNT, "package": "", "note": None, "platform": None}),
    ("/account", {**ACCOUNT, "username": "bob", "package": "com.example.app2"}),
    ("/rpc/session", {**LEASE, "ttl_secs": 60.0, "label": None}),
]
REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("/task", {}),
    ("/task", {"script_name": "follow", "script_config": {"target_user": "ada"}}),
    ("/task", {**FOLLOW, "serials": []}),
    ("/task", {**FOLLOW, "serials": ["-s"]}),
    ("/task", {**FOLLOW, "serials": ["Í9"]}),
    ("/task", {**FOLLOW, "min_interval": 1.5}),
    ("/task", {**FOLLOW, "script_name": "like"}),
    ("/task", {**FOLLOW, "unknown": 1e20}),
    ("/task", {"script_name": "follow", "serials": [A]}),
    ("/task", follow(target_users=[])),
    ("/task", follow(target_users=["a b"], target_user="ada")),
    ("/task", follow(target_user=", \n")),
    ("/task", follow(target_user="ada", target="x")),
    ("/task", post(content_type=2)),
    ("/task", post(image_count="36")),
    ("/task", post(material_list=False)),
    ("/task", post(material_list={})),
    ("/task", post(material_source="localFolder")),
    ("/task", post(post_way="useSound", sound_name="")),
    ("/task", post(add_sound="custom")),
    ("/task", post(product_name="Mug")),
    ("/task", post("tiktok", placement="reel")),
    ("/task", post("instagram", add_product_link="1")),
    ("/task", post(placement="reel", add_product_link=1)),
    ("/task", post(captions="\u0000")),
    ("/task", post(captions="x" * 4001)),
    ("/task/release", {}),
    ("/task/release", {"all": False}),
    ("/task/release", {"all": True, "task_ids": [1]}),
    ("/account", {**ACCOUNT, "username": "a b"}),
    ("/account", {**ACCOUNT, "package": "app"}),
    ("/account", {**ACCOUNT, "note": "two\nlines"}),
    ("/account", {**ACCOUNT, "note": "x" * 501}),
    ("/rpc/session", {"serial": ""}),
    ("/rpc/session", {**LEASE, "ttl_secs": 601.0}),
]


@pytest.fixture(scope="module")
def rest() -> Iterator[Rest]:
    """A real daemon without phones, and its gateway."""
    with DroverDaemon(adb_port=1, api=True) as daemon:
        yield Rest(urlsplit(daemon.api_url()).port or 0)


def _fits(path: str, body: dict[str, Any]) -> bool:
    content = DOCUMENT["paths"][f"/api/v1{path}"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    schema = {**content, "components": DOCUMENT["components"]}
    return bool(jsonschema_rs.Draft202012Validator(schema).is_valid(json.loads(json.dumps(body))))


@pytest.mark.parametrize(("path", "body"), TAKEN)
def test_case_b12_bodies_that_the_schema_allows_are_accepted(rest: Rest, path: str, body: dict[str, Any]) -> None:
    reply = rest.post(path, body)
    # There is no phone to lease; which one is meant was understood.
    assert (reply.code, _fits(path, body)) == (40401 if path == "/rpc/session" else 0, True), reply.body


@pytest.mark.parametrize(("path", "body"), REFUSED)
def test_case_b12_bodies_that_the_schema_forbids_are_refused(rest: Rest, path: str, body: dict[str, Any]) -> None:
    reply = rest.post(path, body)
    assert (reply.status, _fits(path, body)) == (400, False), reply.body
