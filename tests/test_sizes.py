"""A file has one noun and a function one job. Over these sizes, look for the second one.

`EXCEPTIONS` is a ratchet: an entry that is no longer needed fails too, and has to go.
"""

import ast
from pathlib import Path

ROOT = Path(__file__).parent.parent
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
FOLDERS = ("jemaa", "tests", "bench", "scripts")
SUFFIXES = {".py", ".js", ".mjs", ".css", ".html", ".sh"}

EXCEPTIONS: dict[str, str] = {}
"""What is larger, as `path` or `path::function`, with the reason."""


def files() -> list[Path]:
    found = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in SUFFIXES]
    return sorted(path for path in found if "node_modules" not in path.parts)


def functions(path: Path) -> list[tuple[str, int]]:
    """Name and length of each function, its decorators and docstring left out."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
            assert node.end_lineno is not None  # the parser always sets it
            found.append((node.name, node.end_lineno - body[0].lineno + 1))
    return found


def too_large() -> dict[str, int]:
    large: dict[str, int] = {}
    for path in files():
        name = str(path.relative_to(ROOT))
        lines = len(path.read_text().splitlines())
        if lines > MAX_FILE_LINES:
            large[name] = lines
        if path.suffix == ".py":
            large |= {f"{name}::{f}": n for f, n in functions(path) if n > MAX_FUNCTION_LINES}
    return large


def test_no_file_and_no_function_is_too_large() -> None:
    unexpected = {name: lines for name, lines in too_large().items() if name not in EXCEPTIONS}
    assert not unexpected, f"more than {MAX_FILE_LINES} lines a file or {MAX_FUNCTION_LINES} a function: {unexpected}"


def test_every_exception_is_still_needed() -> None:
    assert not set(EXCEPTIONS) - set(too_large()), "these have become small enough: remove them from EXCEPTIONS"
