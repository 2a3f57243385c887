"""The published description says all that the server answers, and nothing that it does not."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

from jemaa.web.openapi import document
from jemaa.web.routes import API
from jemaa.wire.message import COMMANDS, SERVER_COMMANDS

from .place import place

METHODS = {"get", "put", "post", "delete"}


def plain(path: str) -> str:
    return re.sub(r"\{(\w+):[^}]*\}", r"{\1}", path)


def test_every_route_of_the_running_server_is_described(tmp_path: Path) -> None:
    async def story() -> None:
        async with place(tmp_path) as here:
            async with here.http.get(f"{here.url}/api/openapi.json") as answer:
                described = json.loads(await answer.read())
            app = here.running.runner.app
            served = {
                (route.method.lower(), plain(route.resource.canonical))
                for route in app.router.routes()
                if route.resource is not None and route.resource.canonical.startswith(("/api/", "/check/"))
            }
            shown = {(method, path) for path, methods in described["paths"].items() for method in methods}
            described_itself = ("get", "/api/openapi.json")
            assert {one for one in served if one[0] != "head"} - {described_itself} == shown

    asyncio.run(story())


def references(value: Any) -> set[str]:
    """Every $ref in a document."""
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*(references(one) for one in value.values()))
    return set().union(*(references(one) for one in value)) if isinstance(value, list) else set()


def test_the_document_is_whole() -> None:
    made = document("1")
    assert made["openapi"].startswith("3.1.")
    schemas = made["components"]["schemas"]
    assert {name.rpartition("/")[2] for name in references(made)} <= set(schemas)
    operations = [one for methods in made["paths"].values() for one in methods.values()]
    ids = [one["operationId"] for one in operations]
    assert len(ids) == len(set(ids)) == len(API)
    for path, methods in made["paths"].items():
        assert set(methods) <= METHODS
        named = set(re.findall(r"\{(\w+)\}", path))
        for operation in methods.values():
            given = [(one["in"], one["name"]) for one in operation["parameters"]]
            assert {name for place_, name in given if place_ == "path"} == named
            assert len(given) == len(set(given)) and "default" in operation["responses"]


def test_every_command_is_described_but_those_of_the_server() -> None:
    choices = document("1")["components"]["schemas"]["Command"]["discriminator"]["mapping"]
    assert set(choices) == set(COMMANDS) - SERVER_COMMANDS
