"""What the tests that build networks share: the reason to skip where none can be built, and commands inside."""

import functools
import os
import subprocess
import sys
from pathlib import Path

from jemaa.lab.failures import LabFailed
from jemaa.lab.topology import Lab


@functools.cache
def why_not() -> str:
    """Why no lab can be built here; empty if one can."""
    try:
        with Lab("clean"):
            return ""
    except LabFailed as trouble:
        if trouble.code in ("lab-no-rights", "lab-no-tun"):
            return trouble.text
        raise


def namespaces() -> set[str]:
    """Network namespaces that any process of this machine is in."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/ns/net"):
        try:
            found.add(os.readlink(path))
        except OSError:
            continue
    return found


def python(lab: Lab, node: str, code: str, *arguments: str) -> "subprocess.Popen[str]":
    """Start a Python program in a node; its input and output are pipes."""
    command = [sys.executable, "-u", "-c", code, *arguments]
    return lab.popen(node, command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def says(lab: Lab, node: str, code: str, *arguments: str) -> str:
    """What a Python program in a node prints, to its end."""
    return python(lab, node, code, *arguments).communicate(timeout=30)[0].strip()


ECHO = """
import asyncio, sys
class Echo(asyncio.DatagramProtocol):
    def connection_made(self, transport): self.transport = transport
    def datagram_received(self, data, address): self.transport.sendto(data, address)
async def stream(reader, writer):
    try:
        while data := await reader.read(65536):
            if data.startswith(b"SEND"): data = bytes(int(data[4:]))
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    writer.close()
async def main():
    loop = asyncio.get_running_loop()
    for host in sys.argv[2:]:
        for port in (3478, 3479, 443, 40000):
            await loop.create_datagram_endpoint(Echo, local_addr=(host, port))
        for port in (443, 40000):
            await asyncio.start_server(stream, host, port)
    print("ready")
    await loop.run_in_executor(None, sys.stdin.read)
asyncio.run(main())
"""
"""An echo on UDP and TCP; `SENDn` on TCP is answered with n bytes."""


def echo(lab: Lab, node: str, *hosts: str) -> "subprocess.Popen[str]":
    """An echo server, ready."""
    server = python(lab, node, ECHO, "-", *hosts)
    assert server.stdout is not None and server.stdout.readline() == "ready\n"
    return server


ASK = """
import socket, sys, time
kind, host, port, data, count = sys.argv[1], sys.argv[2], int(sys.argv[3]), bytes.fromhex(sys.argv[4]), int(sys.argv[5])
family = socket.AF_INET6 if ":" in host else socket.AF_INET
one = socket.socket(family, socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM)
one.settimeout(float(sys.argv[6]))
got, began = 0, time.monotonic()
try:
    one.connect((host, port))
    for _ in range(count):
        one.send(data)
        got += len(one.recv(65536)) > 0
    print(got, round(time.monotonic() - began, 3))
except OSError as trouble:
    print(got, type(trouble).__name__)
"""


def ask(lab: Lab, kind: str, host: str, port: int, data: bytes, *, count: int = 1, wait: float = 0.4) -> list[str]:
    """Send and wait for the echo, `count` times: how many came, and the seconds that took or the error."""
    return says(lab, "participant", ASK, kind, host, str(port), data.hex(), str(count), str(wait)).split()
