"""Lab room. The parameters of one matcher or action as a profile's file gives them: typed, bounded, none left over."""

from typing import Any

from jemaa.errors import SettingsError


def invalid(where: str, text: str) -> SettingsError:
    """The error for a profile that cannot be used."""
    return SettingsError("lab-profile-invalid", f"{where}: {text}")


def never(where: str, text: str) -> SettingsError:
    """The error for a rule that no packet can meet."""
    return SettingsError("lab-rule-never-matches", f"{where} can never match: {text}")


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

    def numbers(self, name: str) -> tuple[int, ...]:
        """A list of whole numbers, maybe empty."""
        value = self._values.pop(name, [])
        if not isinstance(value, list) or not all(isinstance(one, int) for one in value):
            raise invalid(self.where, f"`{name}` must be a list of whole numbers")
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
