"""Web room. The aiohttp application: the routes, what stands before them, and how it ends."""

from aiohttp import web

from . import openapi
from .attendance import GOING_AWAY, close_frame
from .connections import close_if_wished
from .failures import Handler, answer_failures
from .house import HOUSE, House
from .routes import API, PAGES
from .security import add_headers, check_origin


def make_app(house: House) -> web.Application:
    """All of docs/protocol.md §4, and the pages."""
    app = web.Application(middlewares=[close_if_wished, answer_failures, from_our_pages])
    app[HOUSE] = house
    for route in (*API, *PAGES):
        if route.method == "GET":
            app.router.add_get(route.path, route.handler, allow_head=route in PAGES)
        else:
            app.router.add_route(route.method, route.path, route.handler)
    app.router.add_get("/api/openapi.json", openapi.handler(house.version))
    app.router.add_get("/client/{hash}/{path:.+}", house.client.serve)
    app.on_response_prepare.append(add_headers)
    app.on_response_prepare.append(count)
    return app


@web.middleware
async def from_our_pages(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Nothing that changes anything comes from another site's page."""
    if request.method not in ("GET", "HEAD"):
        check_origin(request, request.app[HOUSE].base_url)
    return await handler(request)


async def count(request: web.Request, response: web.StreamResponse) -> None:
    """Requests and failures, for `/metrics`."""
    counters = request.app[HOUSE].counters
    counters.add("requests")
    if response.status >= 400:
        counters.add("requests_refused" if response.status < 500 else "requests_failed")


def say_goodbye(house: House) -> None:
    """The server ends: every long connection is told, so that clients come back by themselves, and not all at once."""
    for hall in house.halls.open_halls():
        hall.send_everyone_away(close_frame(GOING_AWAY, "shutting-down"))
