"""What the participant's page weighs until its first sound, as Chromium counts it on the network."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import CDPSession

from jemaa.people.person import wait_for_sound
from jemaa.people.wait import wait_until
from tests.e2e import acts

from .report import Row
from .scene import meeting, people, unbroken_floor

GOAL_KB, GOAL_REQUESTS = 30, 8


@dataclass(slots=True)
class Traffic:
    """Bytes on the network by request, headers included, as the DevTools protocol reports them."""

    urls: dict[str, str] = field(default_factory=dict)
    received: dict[str, int] = field(default_factory=dict)

    def watch(self, devtools: CDPSession) -> None:
        """Start to count."""
        handlers: dict[str, Callable[[dict[str, Any]], None]] = {
            "Network.requestWillBeSent": lambda e: self.urls.update({e["requestId"]: e["request"]["url"]}),
            "Network.webSocketCreated": lambda e: self.urls.update({e["requestId"]: e["url"]}),
            "Network.responseReceived": lambda e: self._set(e["requestId"], e["response"]["encodedDataLength"]),
            "Network.dataReceived": lambda e: self._add(e["requestId"], e["encodedDataLength"]),
            "Network.loadingFinished": lambda e: self._set(e["requestId"], e["encodedDataLength"]),
            "Network.loadingFailed": lambda e: self._set(e["requestId"], 0),  # given up: what came of it is counted
            "Network.webSocketHandshakeResponseReceived": lambda e: self._add(
                e["requestId"], len(e["response"].get("headersText", ""))
            ),
            "Network.webSocketClosed": lambda e: self._add(e["requestId"], 0),  # refused, or given up without a word
            "Network.webSocketFrameReceived": lambda e: self._add(
                e["requestId"], len(e["response"]["payloadData"]) * 3 // 4
            ),
        }
        for event, handler in handlers.items():
            devtools.on(event, handler)
        devtools.send("Network.enable")
        devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})

    def _set(self, request: str, size: int) -> None:
        self.received[request] = max(int(size), self.received.get(request, 0))

    def _add(self, request: str, size: int) -> None:
        self.received[request] = self.received.get(request, 0) + int(size)


def measure() -> list[Row]:
    """Open the page, press Listen as soon as it is there, and stop counting at the first sound at the loudspeaker."""
    with meeting(unbroken_floor()) as server, people(places=1) as cast, cast.person("Amina", "about:blank") as amina:
        traffic = Traffic()
        traffic.watch(amina.page.context.new_cdp_session(amina.page))
        amina.page.goto(server.page("participant"), wait_until="commit")
        acts.listen(amina)
        wait_for_sound(amina)
        urls, sizes = dict(traffic.urls), dict(traffic.received)
        # Sizes of what has begun by then are complete a moment later, unless it is the endless sound itself.
        wait_until(lambda: all(request in traffic.received for request in urls), "the sizes")
        sizes = {
            request: traffic.received[request] if ended(urls[request]) else sizes.get(request, 0) for request in urls
        }
    weight = sum(sizes.values()) / 1000
    hosts = {url.split("/")[2] for url in urls.values() if "//" in url}
    listing = ", ".join(
        f"{url.split('/', 3)[3].split('?')[0].rsplit('/', 1)[-1] or '/'} {sizes[request] / 1000:.1f}"
        for request, url in urls.items()
    )
    return [
        Row("page weight until first sound", f"{weight:.1f} KB", "30 KB", weight <= GOAL_KB, f"in KB: {listing}"),
        Row("requests until first sound", str(len(urls)), "8 at most", len(urls) <= GOAL_REQUESTS),
        Row("other hosts asked", str(len(hosts) - 1), "none", len(hosts) == 1),
    ]


def ended(url: str) -> bool:
    """Whether a response ends; the endless ones are counted up to the first sound only."""
    return not any(name in url for name in ("/stream", "/live", "/radio", "/events"))
