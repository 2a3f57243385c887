"""Lab room. The operator's resolver and proxy as one process of the lab, told on standard input to change profile."""

import argparse
import asyncio
import signal
import ssl
import sys
from collections.abc import Sequence
from pathlib import Path

from . import kernel, resolver
from .authority import CAN_SIGN, Authority
from .places import NAMES, PROXY
from .plan import ROOM
from .profile import load
from .proxy import Proxy
from .proxy_settings import ProxySettings
from .topology import PROXY_PORT


def _settings(name: str) -> ProxySettings:
    return ProxySettings.read(name, load(name).proxy)


def _trusting() -> ssl.SSLContext:
    """The proxy does not check who it talks to in the lab: the servers there sign for themselves."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def serve(profile: str, folder: Path) -> None:
    """Listen, say so, and obey until standard input ends."""
    lies = dict(load(profile).dns)
    await resolver.listen(lies)
    authority = Authority(folder) if CAN_SIGN else None
    proxy = Proxy(_settings(profile), NAMES, authority, _trusting())
    for address in PROXY:
        await asyncio.start_server(proxy.serve, address, PROXY_PORT)
    print("ready", flush=True)
    loop, reader = asyncio.get_running_loop(), asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := (await reader.readline()).decode().strip():
        lies.clear()
        lies.update(load(line).dns)
        proxy.settings = _settings(line)
        print(f"profile {line}", flush=True)


def main(arguments: Sequence[str]) -> int:
    """Run in the services' network namespace."""
    parser = argparse.ArgumentParser()
    parser.add_argument("profile")
    given = parser.parse_args(arguments)
    kernel.die_with_parent(signal.SIGKILL)
    asyncio.run(serve(given.profile, ROOM))
    return 0
