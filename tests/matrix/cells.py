"""Cells and matrices made by hand."""

from typing import Any

from jemaa.matrix.results import Cell, Change, Matrix, Network


def cell(profile: str = "clean", *, system: str = "jemaa", route: str = "own choice", **other: Any) -> Cell:
    """One in which everything worked, but for what is given."""
    good: dict[str, Any] = dict.fromkeys(("hears", "sees", "reads", "asks", "note", "speaks"), True)
    good |= {"first_sound": 0.5, "stoi": 0.96, "longest_gap": 0.0, "silent": 0.0, "to_room": 0.3, "kbps": 50.0}
    good |= {"path": "live", "attempts": 1, "commit": "abc1234"}
    return Cell(system=system, profile=profile, route=route, **(good | other))


def matrix(*cells: Cell, **other: Any) -> Matrix:
    """A run with these cells and their networks."""
    given: dict[str, Any] = {
        "began": "2026-11-24T22:00:00Z",
        "machine": "2 cores",
        "seconds": 20,
        "systems": {name: "1.0" for name in dict.fromkeys(cell.system for cell in cells)},
        "networks": [
            Network(name=name, description=f"What {name} does.", hypothesis=name.startswith("ma-"))
            for name in dict.fromkeys(cell.profile for cell in cells)
        ],
        "cells": list(cells),
    }
    return Matrix(**(given | other))


def change(profile: str = "clean", **other: Any) -> Change:
    """A network that began in mid-speech, and cost half a second."""
    good: dict[str, Any] = {
        "system": "jemaa",
        "before": "live",
        "within": "pieces",
        "hears": True,
        "gap": 0.5,
        "lost": 0.75,
    }
    good |= {"again": 30.0, "hears_again": True, "gap_again": 0.0, "commit": "abc1234"}
    return Change(profile=profile, **(good | other))
