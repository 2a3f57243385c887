"""Matrix room. The systems that can be driven, by name: a new adapter is a file and a line here."""

from jemaa.errors import SettingsError

from .aiortc_system import AiortcSystem
from .galene_system import GaleneSystem
from .janus_system import JanusSystem
from .jemaa_system import JemaaSystem
from .livekit_system import LivekitSystem
from .system import System

ALL: tuple[System, ...] = (JemaaSystem(), GaleneSystem(), LivekitSystem(), JanusSystem(), AiortcSystem())


def named(names: list[str]) -> list[System]:
    """These systems; `SettingsError` for a name that is none."""
    known = {system.name: system for system in ALL}
    for name in names:
        if name not in known:
            text = f"There is no system {name!r}; there are {', '.join(known)}."
            raise SettingsError("matrix-system-unknown", text)
    return [known[name] for name in dict.fromkeys(names)]
