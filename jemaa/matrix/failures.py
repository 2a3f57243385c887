"""Matrix room. Its family of errors."""

from jemaa.errors import JemaaError


class MatrixFailed(JemaaError):
    """The matrix could not be run, or a system in it could not be started."""


def in_a_line(error: Exception) -> str:
    """What a browser or a wait says, in a line."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
