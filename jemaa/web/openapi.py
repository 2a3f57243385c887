"""Web room. The OpenAPI 3.1 document, made from the table of routes and from the types that validate."""

import re
from typing import Any

import msgspec
from aiohttp import web

from jemaa.wire.message import COMMANDS, SERVER_COMMANDS

from . import shapes
from .once import KEY_HEADER, KEY_PATTERN
from .routes import API, JSON, Route

_KEY = {
    "name": KEY_HEADER,
    "in": "header",
    "description": "made at random for one wish: asked again with the same, it is done once and answered the same",
    "schema": {"type": "string", "pattern": f"^{KEY_PATTERN}$"},
}
_REF = "#/components/schemas/{name}"
_PARAMETER = re.compile(r"\{(\w+)(?::([^}]*))?\}")


def document(version: str) -> dict[str, Any]:
    """The whole document."""
    shown = [route.takes for route in API] + [route.gives for route in API] + [shapes.FailureAnswer]
    types = [shape for shape in dict.fromkeys(shown) if shape is not None and not isinstance(shape, str)]
    schemas, components = msgspec.json.schema_components(types, ref_template=_REF)
    by_type = dict(zip(types, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for route in API:
        paths.setdefault(_PARAMETER.sub(r"{\1}", route.path), {})[route.method.lower()] = _operation(route, by_type)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Jemaa", "version": version, "description": "docs/protocol.md says what the bytes mean."},
        "paths": paths,
        "components": {
            "schemas": components | _commands(),
            "securitySchemes": {"person": {"type": "http", "scheme": "bearer", "description": "the token of join"}},
        },
        "security": [{}, {"person": []}],
    }


def handler(version: str) -> Any:
    """`GET /api/openapi.json`."""
    body = msgspec.json.encode(document(version))

    async def openapi(_request: web.Request) -> web.Response:
        return web.Response(body=body, content_type=JSON, headers={"Cache-Control": "public, max-age=3600"})

    return openapi


def _operation(route: Route, schemas: dict[Any, Any]) -> dict[str, Any]:
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": _path_schema(pattern)}
        for name, pattern in _PARAMETER.findall(route.path)
    ]
    parameters += [
        {"name": one.name, "in": "query", "description": one.help, "schema": {"type": one.type}} for one in route.query
    ]
    if route.is_done_once:
        parameters.append(_KEY)
    operation: dict[str, Any] = {
        "operationId": getattr(route.handler, "__name__", route.summary),
        "summary": route.summary,
        "parameters": parameters,
        "responses": {str(route.status): _answer(route, schemas), "default": _failure(schemas)},
    }
    if route.takes is not None:
        operation["requestBody"] = {"required": True, "content": _content(route.takes, schemas)}
    return operation


def _answer(route: Route, schemas: dict[Any, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": (route.handler.__doc__ or route.summary).strip()}
    if route.gives is not None:
        answer["content"] = _content(route.gives, schemas)
    return answer


def _failure(schemas: dict[Any, Any]) -> dict[str, Any]:
    return {
        "description": "A code of docs/protocol.md §6.",
        "content": {JSON: {"schema": schemas[shapes.FailureAnswer]}},
    }


def _content(shape: Any, schemas: dict[Any, Any]) -> dict[str, Any]:
    if shape == "Command":
        return {JSON: {"schema": {"$ref": _REF.format(name="Command")}}}
    if isinstance(shape, str):
        return {shape: {"schema": {"type": "string", "format": "binary"}}}
    return {JSON: {"schema": schemas[shape]}}


def _path_schema(pattern: str) -> dict[str, str]:
    return {"type": "integer"} if pattern == "[0-9]+" else {"type": "string"}


def _commands() -> dict[str, Any]:
    """Each command with its `type`, and `Command`, one of them."""
    names = [name for name in COMMANDS if name not in SERVER_COMMANDS]
    _, components = msgspec.json.schema_components([COMMANDS[name] for name in names], ref_template=_REF)
    for name in names:
        schema = components[COMMANDS[name].__name__]
        schema["properties"] = {"type": {"const": name}} | schema.get("properties", {})
        schema["required"] = ["type", *schema.get("required", [])]
        schema["additionalProperties"] = False
    mapping = {name: _REF.format(name=COMMANDS[name].__name__) for name in names}
    choice = {
        "oneOf": [{"$ref": ref} for ref in mapping.values()],
        "discriminator": {"propertyName": "type", "mapping": mapping},
    }
    return components | {"Command": choice}
