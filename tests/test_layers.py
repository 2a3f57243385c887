"""A folder is a room, and a room imports what `docs/architecture.md` allows, and nothing else."""

import ast
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "jemaa"
SHARED = {"limits", "errors", "tasks", "counters", "bucket"}
"""Top-level modules that every room may import; the page says so below its table."""

PURE = {"facts", "meeting", "verdict", "wire"}
EFFECTS = {
    "asyncio",
    "socket",
    "ssl",
    "sqlite3",
    "threading",
    "subprocess",
    "time",
    "pathlib",
    "os",
    "shutil",
    "tempfile",
}
"""Standard modules that reach outside of the process or wait; a pure room has no use for them."""

SIGNS = {"sound": "cpu.", "live": "memory.", "store": "disk.", "web": "sockets.", "ingest": "files."}
"""What a room touches, as the first word of its files: another way to say where one is."""

THREADS = {"threading", "concurrent"}


def table() -> dict[str, tuple[set[str], str]]:
    """Of each room: what it may import, what it may touch."""
    text = (ROOT / "docs" / "architecture.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \|[^|]*\|([^|]*)\|([^|]*)\|$", text, re.MULTILINE)
    return {room: (set(re.findall(r"\w+", allowed)), touch) for room, allowed, touch in rows}


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "client" not in path.parts)


def imports(path: Path) -> set[str]:
    """Absolute names of everything that a file imports, also inside functions and for types only."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) + "." if node.level else ""
            source = base + (node.module or "")
            names.update(f"{source.rstrip('.')}.{alias.name}" for alias in node.names)
    return names


def room_of(path: Path) -> str | None:
    parts = path.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else None


def test_every_folder_is_a_room_in_the_table() -> None:
    rooms = {path.name for path in PACKAGE.iterdir() if path.is_dir() and not path.name.startswith("_")}
    assert rooms <= set(table()), f"folders without a row in docs/architecture.md: {rooms - set(table())}"
    assert set(table()) <= rooms, f"rows without a folder: {set(table()) - rooms}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_imports_only_what_its_row_allows(path: Path) -> None:
    room = room_of(path)
    rooms = set(table())
    for name in imports(path):
        parts = name.split(".")
        if parts[0] != "jemaa" or len(parts) < 2:
            continue
        target = parts[1]
        if room is None:
            reaches_a_room = path.stem in SHARED and target in rooms
            assert not reaches_a_room, f"{path.stem} is imported by every room, so it may import none: {name}"
        elif target in rooms:
            assert target == room or target in table()[room][0], f"{room} may not import {name}"
        else:
            assert target in SHARED or target == "__init__" or not (PACKAGE / f"{target}.py").exists(), (
                f"{room} may not import the top-level module {target}"
            )


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_pure_room_reaches_for_nothing_outside(path: Path) -> None:
    if room_of(path) not in PURE:
        return
    for name in imports(path):
        top = name.split(".")[0]
        assert top not in EFFECTS, f"{path.name} is in a pure room and imports {name}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_threads_are_where_the_table_says(path: Path) -> None:
    room = room_of(path)
    if room is None or "threads" in table()[room][1] or "CPU" in table()[room][1]:
        return
    used = {name.split(".")[0] for name in imports(path)} & THREADS
    assert not used, f"{room} has no threads in the table and imports {used}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_first_line_of_a_file_says_which_room_it_is_in(path: Path) -> None:
    room = room_of(path)
    if room is None or path.name == "__init__.py":
        return
    docstring = ast.get_docstring(ast.parse(path.read_text())) or ""
    signs = (f"{room} room", *(sign for sign in [SIGNS.get(room)] if sign))
    assert docstring.lower().startswith(signs), f"{path}: begin with “{room.title()} room. …” or its sign {signs[1:]}"


def test_only_ui_says_document() -> None:
    offenders = []
    for path in sorted((PACKAGE / "client").rglob("*.js")):
        inside = path.relative_to(PACKAGE / "client").parts
        code = re.sub(r"//[^\n]*|/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
        if inside[0] != "ui" and re.search(r"(?<![.\w#])(document|window)\b(?!['\"])", code):
            offenders.append("/".join(inside))
    assert not offenders, f"only client/ui may touch the page: {offenders}"


def test_the_standard_library_is_known() -> None:
    assert set(sys.stdlib_module_names) >= EFFECTS | THREADS
