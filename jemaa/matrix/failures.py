"""Matrix room. Its family of errors."""

from jemaa.errors import JemaaError


class MatrixFailed(JemaaError):
    """The matrix could not be run, or a system in it could not be started."""
