"""People room. Between Playwright and Debian's Firefox: what Firefox lacks of WebDriver BiDi is answered as done.

Playwright drives an unpatched Firefox by WebDriver BiDi (https://w3c.github.io/webdriver-bidi/), and asks it for things
of which it may know nothing (`emulation.setMediaFeaturesOverride` in Firefox 153): no page could be opened. Nobody here
emulates a preference or reads an answer's body, so that `unknown command` becomes a success, and all else goes through
as it is. Run in Firefox's place:

    python -m jemaa.people.bidi_relay firefox --remote-debugging-port=0 …

It ends with Firefox, and ends Firefox when it is ended.
"""

import asyncio
import json
import re
import signal
import sys
from collections.abc import Sequence

from aiohttp import ClientSession, ClientWebSocketResponse, web

_LISTENS = re.compile(r"WebDriver BiDi listening on (ws://\S+)")


class Relay:
    """One browser's sessions, each from a WebSocket of ours to one of Firefox."""

    def __init__(self, browser: str) -> None:
        self._browser = browser

    async def open(self) -> str:
        """Listen on the loopback; the address that takes the browser's place."""
        app = web.Application()
        app.router.add_get("/{path:.*}", self._session)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"ws://127.0.0.1:{runner.addresses[0][1]}"

    async def _session(self, request: web.Request) -> web.WebSocketResponse:
        driver = web.WebSocketResponse(max_msg_size=0)
        await driver.prepare(request)
        async with (
            ClientSession() as http,
            http.ws_connect(self._browser + request.path, max_msg_size=0) as browser,
            asyncio.TaskGroup() as both,
        ):
            both.create_task(_commands(driver, browser))
            both.create_task(_answers(browser, driver))
        return driver


async def _commands(driver: web.WebSocketResponse, browser: ClientWebSocketResponse) -> None:
    async for message in driver:
        await browser.send_str(message.data)
    await browser.close()


async def _answers(browser: ClientWebSocketResponse, driver: web.WebSocketResponse) -> None:
    async for message in browser:
        answer = json.loads(message.data)
        if answer.get("type") == "error" and answer.get("error") == "unknown command":
            await driver.send_json({"type": "success", "id": answer["id"], "result": {}})
        else:
            await driver.send_str(message.data)
    await driver.close()


async def main(command: Sequence[str]) -> int:
    """Run the browser; its exit code."""
    browser = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    for one in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(one, browser.terminate)
    assert browser.stderr is not None  # PIPE was asked for
    async for raw in browser.stderr:
        line = raw.decode(errors="replace")
        if found := _LISTENS.search(line):
            line = f"WebDriver BiDi listening on {await Relay(found[1]).open()}\n"
        print(line, end="", file=sys.stderr, flush=True)
    return await browser.wait()


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
