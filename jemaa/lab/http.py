"""Lab room. An HTTP/1 request as a filter reads it off the start of a stream (RFC 9112)."""

from dataclasses import dataclass

METHODS = (b"GET ", b"POST ", b"PUT ", b"HEAD ", b"DELETE ", b"OPTIONS ", b"CONNECT ", b"PATCH ", b"TRACE ", b"PRI ")


@dataclass(frozen=True, slots=True)
class Request:
    """Method, target, and headers with lower-case names; of a repeated header the last."""

    method: str
    target: str
    headers: dict[str, str]

    @property
    def host(self) -> str:
        """The host without its port, lower case."""
        return self.headers.get("host", "").rpartition("@")[2].split(":")[0].lower()

    @property
    def upgrade(self) -> str:
        """What it asks to change to, lower case; empty if nothing."""
        return self.headers.get("upgrade", "").lower()


def looks_like_http(data: bytes) -> bool:
    """A known method at the start, or a response."""
    return data.startswith(METHODS) or data.startswith(b"HTTP/1.")


def could_begin(data: bytes) -> bool:
    """Whether more bytes could make this a request."""
    return any(method.startswith(data[: len(method)]) for method in METHODS)


def request(stream: bytes) -> Request | None:
    """The first request once its head is whole; None until then, or if this is none."""
    head, end, _ = stream.partition(b"\r\n\r\n")
    if not end or not stream.startswith(METHODS):
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    parts = first.split(" ")
    if len(parts) != 3:
        return None
    headers = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            headers[name.strip().lower()] = value.strip()
    return Request(parts[0], parts[1], headers)
