"""Lab room. What goes wrong while a lab is built or runs, each with a sentence that says what to do."""

from jemaa.errors import JemaaError


class LabFailed(JemaaError):
    """A lab could not be built or kept: rights, a missing tool, a kernel without the feature."""
