"""Settings: one table, four sources. A flag wins over the environment, that over the file, that over the default.

In: `SETTINGS`, a TOML file, `JEMAA_*` variables, flags. Out: `Config`, whose every value says where it came
from. A key that the table does not have is an error: a misspelt setting that is silently ignored is worse than none.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import platformdirs

from jemaa.errors import SettingsError

Value = str | int | bool
Source = Literal["default", "file", "environment", "flag"]


@dataclass(frozen=True, slots=True)
class Setting:
    """A row of the table; the type of the default is the type of the setting."""

    name: str
    default: Value
    help: str


SETTINGS: tuple[Setting, ...] = (
    Setting("data", "", "folder of the database and of recorded questions (default: this user's data folder)"),
    Setting("listen", "127.0.0.1:8440", "HOST:PORT to serve on; port 0 takes a free one"),
    Setting("base_url", "", "address that people see, where a proxy stands in front: https://meeting.example.org"),
    Setting("tls_cert", "", "PEM file of the certificate and its chain"),
    Setting("tls_key", "", "PEM file of the certificate's key"),
    Setting("invitation_days", 90, "how long a role's link is good"),
    Setting("person_hours", 48, "how long a person may come back as the same person"),
    Setting("open_metrics", False, "answer /health and /metrics to everyone, not only to this machine"),
    Setting("log_level", "info", "debug, info, warning or error"),
    Setting("log_addresses", False, "write the addresses of attendees into the access log"),
    Setting("check_udp", "", "measuring: HOST:PORT,PORT… of the UDP services that checks use; none if empty"),
    Setting("check_tcp", "", "measuring: HOST:PORT,PORT… of the TCP and TLS services that checks use; none if empty"),
    Setting("check_names", "", "measuring: two names of ours, a neutral one and one that looks like a calling service"),
    Setting("check_peers", "", "measuring: HOST:PORT of other measuring servers, to say whether they can be reached"),
    Setting("evidence_dir", "", "folder of the public record of measurements; none is kept if empty"),
    Setting("asn_db", "", "files that say which network an address is of (iptoasn, DB-IP, .mmdb), with commas between"),
    Setting("reread_client", False, "for work on the pages: read the browser's files anew at each request"),
)
_BY_NAME = {setting.name: setting for setting in SETTINGS}
_LEVELS = ("debug", "info", "warning", "error")


@dataclass(frozen=True, slots=True)
class Config:
    """Effective values and their sources, by name."""

    values: Mapping[str, Value]
    sources: Mapping[str, Source]

    def text(self, name: str) -> str:
        """A setting whose default is a text."""
        value = self.values[name]
        assert isinstance(value, str)  # `_convert` gives each value its default's type
        return value

    def number(self, name: str) -> int:
        """A setting whose default is a number."""
        value = self.values[name]
        assert isinstance(value, int)  # as above
        return value

    def flag(self, name: str) -> bool:
        """A setting that is on or off."""
        return bool(self.values[name])

    @property
    def data(self) -> Path:
        """The data folder, which need not exist yet."""
        return Path(self.text("data") or platformdirs.user_data_dir("jemaa")).expanduser()

    @property
    def address(self) -> tuple[str, int]:
        """Host and port of `listen`."""
        return split_address(self.text("listen"))

    @property
    def scheme(self) -> str:
        """`https` where this process has the certificate."""
        return "https" if self.text("tls_cert") else "http"


def load_config(
    flags: Mapping[str, Value | None], *, environment: Mapping[str, str] | None = None, file: Path | None = None
) -> Config:
    """The effective settings. `SettingsError`: `unknown-setting`, `bad-setting`, `config-unreadable`."""
    environment = os.environ if environment is None else environment
    values: dict[str, Value] = {setting.name: setting.default for setting in SETTINGS}
    sources: dict[str, Source] = dict.fromkeys(values, "default")
    given: tuple[tuple[Source, Mapping[str, object]], ...] = (
        ("file", _from_file(file, environment)),
        ("environment", _from_environment(environment)),
        ("flag", {name: value for name, value in flags.items() if value is not None}),
    )
    for source, found in given:
        for name, value in found.items():
            values[name] = _convert(name, value, source)
            sources[name] = source
    config = Config(values, sources)
    _check(config)
    return config


def split_address(text: str) -> tuple[str, int]:
    """`127.0.0.1:8440`, `[::1]:8440` or `:8440` (every address of this machine) as host and port."""
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdecimal() or int(port) > 65_535:
        raise SettingsError("bad-setting", f"listen is HOST:PORT, for example 127.0.0.1:8440, and not {text!r}.")
    return host.strip("[]"), int(port)


def _from_file(file: Path | None, environment: Mapping[str, str]) -> Mapping[str, object]:
    named = file or (Path(environment["JEMAA_CONFIG"]) if environment.get("JEMAA_CONFIG") else None)
    path = named or Path(platformdirs.user_config_dir("jemaa")) / "jemaa.toml"
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if named is None:
            return {}
        raise SettingsError("config-unreadable", f"The settings file {path} is not there.") from None
    except (OSError, ValueError) as error:
        raise SettingsError("config-unreadable", f"The settings file {path} cannot be read: {error}.") from None
    for name in found:
        _known(name, f"{path} sets")
    return found


def _from_environment(environment: Mapping[str, str]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in environment.items():
        if key.startswith("JEMAA_") and key != "JEMAA_CONFIG":
            name = key.removeprefix("JEMAA_").lower()
            _known(name, f"the environment variable {key} sets")
            found[name] = value
    return found


def _known(name: str, where: str) -> None:
    if name not in _BY_NAME:
        raise SettingsError("unknown-setting", f"There is no setting {name!r}, which {where}; see `jemaa config`.")


def _convert(name: str, value: object, source: Source) -> Value:
    default = _BY_NAME[name].default
    if isinstance(default, bool):
        words = {
            "1": True,
            "true": True,
            "yes": True,
            "on": True,
            "0": False,
            "false": False,
            "no": False,
            "off": False,
        }
        if isinstance(value, str) and value.lower() in words:
            return words[value.lower()]
        if isinstance(value, bool):
            return value
        raise SettingsError("bad-setting", f"{name} ({source}) is true or false, and not {value!r}.")
    if isinstance(default, int):
        number = int(value) if isinstance(value, str) and value.isdecimal() else value
        if isinstance(number, int) and not isinstance(number, bool) and number > 0:
            return number
        raise SettingsError("bad-setting", f"{name} ({source}) is a whole number above 0, and not {value!r}.")
    if isinstance(value, str):
        return value
    raise SettingsError("bad-setting", f"{name} ({source}) is a text, and not {value!r}.")


def _check(config: Config) -> None:
    """What no single value shows to be wrong."""
    split_address(config.text("listen"))
    if bool(config.text("tls_cert")) != bool(config.text("tls_key")):
        raise SettingsError("bad-setting", "A certificate needs its key: set both --tls-cert and --tls-key.")
    base = config.text("base_url")
    if base and not base.startswith(("http://", "https://")):
        raise SettingsError("bad-setting", f"base_url begins with https:// (or http://), and not {base!r}.")
    if config.text("log_level") not in _LEVELS:
        raise SettingsError("bad-setting", f"log_level is one of {', '.join(_LEVELS)}.")
