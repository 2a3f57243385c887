"""A map that is not tested is a lie in waiting: links, paths, symbols and commands of the documentation exist."""

import argparse
import ast
import re
from pathlib import Path

import pytest

from jemaa.cli import parser
from jemaa.config import SETTINGS

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
HOUSES = ("jemaa/", "tests/", "docs/", "bench/", "scripts/", ".ci/")


def page_ids(page: Path) -> str:
    return str(page.relative_to(ROOT))


def prose(page: Path) -> str:
    """The page without its fenced code blocks."""
    return re.sub(r"^```.*?^```", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """The headings of a page as GitHub names them."""
    titles = re.findall(r"^#+ (.*)$", prose(page), re.MULTILINE)
    plain = [re.sub(r"[`*]|\[([^]]*)]\([^)]*\)", r"\1", title).strip().lower() for title in titles]
    return {re.sub(r"[^\w\- ]", "", title).replace(" ", "-") for title in plain}


@pytest.mark.parametrize("page", PAGES, ids=page_ids)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), f"{page.name} links to {target}, which is not there"
        if anchor and there.suffix == ".md":
            assert anchor in anchors(there), f"{page.name} links to {target}; that page has {sorted(anchors(there))}"


@pytest.mark.parametrize("page", PAGES, ids=page_ids)
def test_paths_and_symbols_exist(page: Path) -> None:
    """A path in backquotes exists; a symbol in backquotes right after it is defined in that file."""
    spans = list(re.finditer(r"`([^`\n]+)`", prose(page)))
    for number, span in enumerate(spans):
        path, following = span.group(1), spans[number + 1] if number + 1 < len(spans) else None
        if not path.startswith(HOUSES) or not re.fullmatch(r"[\w./\-]+", path):
            continue
        assert (ROOT / path).exists(), f"{page.name} names {path}, which is not there"
        if following and following.start() == span.end() + 1 and (ROOT / path).is_file():
            symbol = following.group(1).removesuffix("()")
            assert symbol in symbols(ROOT / path), f"{page.name}: {path} has no {symbol}"


def symbols(path: Path) -> set[str]:
    """Names that a file defines, methods also as `Class.method`."""
    return _python_symbols(path) if path.suffix == ".py" else _javascript_symbols(path)


def _python_symbols(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{name}" for name in _members(node)}
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return found


def _members(node: ast.ClassDef) -> set[str]:
    functions = {n.name for n in node.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)}
    fields = {n.target.id for n in node.body if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name)}
    return functions | fields


def _javascript_symbols(path: Path) -> set[str]:
    found: set[str] = set()
    current = ""
    for line in path.read_text().splitlines():
        if top := re.match(r"(?:export )?(?:default )?(?:async )?(class|function\*?|const|let) (\w+)", line):
            found.add(top.group(2))
            current = top.group(2) if top.group(1) == "class" else ""
        elif current and (member := re.match(r"  (?:static )?(?:async )?(?:get |set )?(#?\w+)\(.*\{$", line)):
            found.add(f"{current}.{member.group(1)}")
    return found


def commands() -> list[tuple[str, str]]:
    """Each command line in a code block of the pages for users and contributors."""
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "docs" / "operations.md"]
    found = []
    for page in (page for page in pages if page.exists()):
        for block in re.findall(r"^```(?:sh|console)?\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE):
            found += [(page.name, line.strip().removeprefix("$ ")) for line in block.splitlines()]
        found += [(page.name, span) for span in re.findall(r"`((?:make|jemaa) [^`]+)`", page.read_text())]
    return found


def test_make_commands_exist() -> None:
    targets = set(re.findall(r"^([a-z0-9]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    used = {(page, word) for page, line in commands() if line.startswith("make ") for word in line.split()[1:2]}
    missing = {(page, word) for page, word in used if word.isalnum() and word not in targets}
    assert not missing, f"these are no targets of the Makefile: {missing}"


def test_the_first_command_of_the_readme_is_make_run() -> None:
    first = [line for page, line in commands() if page == "README.md" and line.startswith("make ")]
    assert [line.split("#")[0].strip() for line in first[:2]] == ["make run", "make test"]


def test_pictures_of_the_readme_are_there() -> None:
    for picture in re.findall(r"!\[[^]]*]\(([^)]+)\)", (ROOT / "README.md").read_text()):
        assert (ROOT / picture).exists(), picture


def test_every_setting_is_in_the_operators_page() -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    documented = set(re.findall(r"^\| `(\w+)` \| `--", page, re.MULTILINE))
    assert documented == {setting.name for setting in SETTINGS}


def subcommands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The commands of a parser by name; argparse keeps them in the action that chooses among them."""
    choices = [action.choices for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(choices[0]) if choices else {}


def test_jemaa_commands_of_the_pages_exist() -> None:
    known = subcommands(parser())
    for page, line in commands():
        words = [word for word in re.split(r"[\s|]+", line) if word]
        if words[:1] != ["jemaa"] or len(words) < 2 or words[1].startswith(("-", "…")):
            continue
        assert words[1] in known, f"{page} says “{line}”, and there is no jemaa {words[1]}"
        below = subcommands(known[words[1]])
        if below and len(words) > 2 and words[2].isalpha():
            assert words[2] in below, f"{page} says “{line}”, and there is no jemaa {words[1]} {words[2]}"
