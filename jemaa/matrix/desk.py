"""Matrix room. Requests from the node `second`, which nothing blocks: the desk of the chair and the captioner.

As a program (`python -m jemaa.matrix.desk`) it runs in the node: a line of JSON in, a request made, a line of JSON out.
"""

import json
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jemaa.lab.topology import Lab

from .failures import MatrixFailed
from .servers import running

REQUEST_SECONDS = 20.0


class Desk:
    """Asks a server by HTTP and JSON, one request after the other."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def ask(self, method: str, url: str, body: Any = None, token: str = "") -> tuple[int, Any]:
        """Status and JSON of the answer; status 0 if none came."""
        assert self._process.stdin is not None and self._process.stdout is not None, "pipes were asked for"
        self._process.stdin.write(json.dumps([method, url, body, token]) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise MatrixFailed("matrix-server-failed", "The desk in the lab has ended.")
        status, answer = json.loads(line)
        return status, answer


@contextmanager
def desk(lab: Lab, authority: Path, log: Path) -> Iterator[Desk]:
    """A desk in this lab, which trusts `authority`."""
    command = [sys.executable, "-m", "jemaa.matrix.desk", str(authority)]
    with running(lab, "second", command, log) as process:
        yield Desk(process)


def _answer(trust: ssl.SSLContext, method: str, url: str, body: Any, token: str) -> tuple[int, Any]:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=REQUEST_SECONDS, context=trust) as answer:
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read() or b"null")
    except (OSError, ValueError) as error:
        return 0, str(error)


def main() -> None:
    """Answer lines until standard input ends."""
    trust = ssl.create_default_context(cafile=sys.argv[1])
    for line in sys.stdin:
        print(json.dumps(_answer(trust, *json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
