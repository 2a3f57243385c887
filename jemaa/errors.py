"""The families of errors, by who must hear of them.

Every error that a person can cause or must act on has a stable `code` (listed in `docs/protocol.md` §6)
and a sentence that helps. Whatever is none of these is our bug: logged with its traceback, told to nobody.
"""


class JemaaError(Exception):
    """Something somebody can act on: a stable code and a sentence."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text


class Refused(JemaaError):
    """The asker may not do this, or not now. The connection lives on."""


class ProtocolError(JemaaError):
    """The peer sent what the protocol does not allow. Say why, then close."""


class StoreFailed(JemaaError):
    """The disk or the database failed: nothing was acknowledged; the operator must act."""


class SettingsError(JemaaError):
    """A setting or a command-line argument is wrong; the operator must act."""
