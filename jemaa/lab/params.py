"""Lab room. The parameters of one matcher or action as a profile's file gives them: typed, bounded, none left over."""

import ipaddress
import re
from typing import Any

from jemaa.errors import SettingsError

_HOST = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
"""A host's name as it is on the wire, in lower case (RFC 1035, RFC 5890)."""


def invalid(where: str, text: str) -> SettingsError:
    """The error for a profile that cannot be used."""
    return SettingsError("lab-profile-invalid", f"{where}: {text}")


def never(where: str, text: str) -> SettingsError:
    """The error for a rule that no packet can meet."""
    return SettingsError("lab-rule-never-matches", f"{where} can never match: {text}")


def host_name(where: str, text: str) -> str:
    """The name as names are compared: in lower case, without the last dot. SettingsError if no host is called so."""
    name = text.lower().removesuffix(".")
    if not _HOST.fullmatch(name):
        raise invalid(where, f"{text!r} is no host's name; write it as the wire has it, what is below it is meant too")
    return name


def is_address(text: str) -> bool:
    """Whether this is one address, of either version; a prefix is none."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


class Params:
    """Reads values by name; `done` complains about names that nobody asked for."""

    def __init__(self, where: str, values: Any) -> None:
        if not isinstance(values, dict):
            raise invalid(where, "write a table of parameters, `{}` for none")
        self.where = where
        self._values: dict[str, Any] = dict(values)

    def number(self, name: str, default: float | None = None, *, least: float = 0, most: float = 1e12) -> float:
        """A number from `least` to `most`."""
        value = self._values.pop(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise invalid(self.where, f"`{name}` must be a number")
        if not least <= value <= most:
            raise invalid(self.where, f"`{name}` is {value}, and must be from {least:g} to {most:g}")
        return float(value)

    def positive(self, name: str, default: float | None = None) -> float:
        """A number above 0: a rate, a time or a size of 0 is a mistake, not a wish."""
        value = self.number(name, default)
        if value <= 0:
            raise invalid(self.where, f"`{name}` is 0; it must be more (to stop everything, use `drop`)")
        return value

    def share(self, name: str, default: float | None = None) -> float:
        """A share: above 0, and at most 1."""
        value = self.positive(name, default)
        if value > 1:
            raise invalid(self.where, f"`{name}` is {value:g}; a share is at most 1")
        return value

    def flag(self, name: str, default: bool) -> bool:
        """true or false."""
        value = self._values.pop(name, default)
        if not isinstance(value, bool):
            raise invalid(self.where, f"`{name}` must be true or false")
        return value

    def word(self, name: str, default: str, allowed: frozenset[str] | None = None) -> str:
        """One word, of these if they are given."""
        value = self._values.pop(name, default)
        if not isinstance(value, str) or (allowed is not None and value not in allowed):
            choice = f"one of {', '.join(sorted(allowed))}" if allowed else "text"
            raise invalid(self.where, f"`{name}` must be {choice}")
        return value

    def words(self, name: str) -> tuple[str, ...]:
        """A list of texts, maybe empty."""
        value = self._values.pop(name, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise invalid(self.where, f"`{name}` must be a list of texts")
        return tuple(value)

    def names(self, name: str) -> tuple[str, ...]:
        """A list of hosts' names, maybe empty, as names are compared."""
        return tuple(host_name(f"{self.where}, `{name}`", one) for one in self.words(name))

    def address(self, name: str) -> str:
        """One address; empty if there is none."""
        value = self.word(name, "")
        if value and not is_address(value):
            raise invalid(self.where, f"`{name}` is {value!r}, and must be one address")
        return value

    def numbers(self, name: str, *, least: int = 0, most: int) -> tuple[int, ...]:
        """A list of whole numbers from `least` to `most`, maybe empty."""
        value = self._values.pop(name, [])
        if not isinstance(value, list) or not all(type(one) is int for one in value):  # true and false are no numbers
            raise invalid(self.where, f"`{name}` must be a list of whole numbers")
        if wrong := [one for one in value if not least <= one <= most]:
            raise invalid(self.where, f"`{name}` has {wrong[0]}, and must be from {least} to {most}")
        return tuple(value)

    def ports(self, name: str) -> tuple[tuple[int, int], ...]:
        """Ports and ranges (`"3478-3497"`), as (first, last)."""
        value = self._values.pop(name, None)
        if not isinstance(value, list):
            raise invalid(self.where, f"`{name}` must be a list of ports and ranges")
        if not value:
            raise never(self.where, f"`{name}` is empty")
        return tuple(self._range(name, one) for one in value)

    def _range(self, name: str, one: Any) -> tuple[int, int]:
        first, _, last = str(one).partition("-")
        if not first.isdecimal() or not (last or first).isdecimal():
            raise invalid(self.where, f'`{name}` has {one!r}; write 3478 or "3478-3497"')
        low, high = int(first), int(last or first)
        if low > 65535 or high > 65535:
            raise invalid(self.where, f"`{name}` has {one!r}; ports end at 65535")
        if low > high:
            raise never(self.where, f"the range {one} of `{name}` is backwards")
        return low, high

    def done(self) -> None:
        """Complain about whatever was not asked for."""
        if self._values:
            raise invalid(self.where, f"there is no parameter `{sorted(self._values)[0]}`")
