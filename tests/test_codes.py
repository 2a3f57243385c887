"""Each code that the source can raise is in the table of `docs/protocol.md` §6, and the table has no other."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
FAMILIES = {"Refused", "ProtocolError", "StoreFailed", "SettingsError", "JemaaError", "Unpublished"}
CODE = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)+$")


def family_names(trees: dict[Path, ast.Module]) -> set[str]:
    """The families, and every class that derives from one."""
    names = set(FAMILIES)
    while True:
        derived = {
            node.name
            for tree in trees.values()
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef)
            and any(isinstance(base, ast.Name | ast.Attribute) and _last(base) in names for base in node.bases)
        }
        if derived <= names:
            return names
        names |= derived


def codes_in_source() -> dict[str, str]:
    """Code → file: the first argument of an error's constructor, a `code=` argument or a `"code":` literal."""
    trees = {path: ast.parse(path.read_text()) for path in sorted((ROOT / "jemaa").rglob("*.py"))}
    names = family_names(trees)
    found: dict[str, str] = {}
    for path, tree in trees.items():
        for node in ast.walk(tree):
            for literal in _code_literals(node, names):
                if CODE.match(literal):
                    found.setdefault(literal, str(path.relative_to(ROOT)))
    return found


def _code_literals(node: ast.AST, families: set[str]) -> list[str]:
    if isinstance(node, ast.Call):
        given = [keyword.value for keyword in node.keywords if keyword.arg == "code"]
        if isinstance(node.func, ast.Name | ast.Attribute) and _last(node.func) in families | {"super", "__init__"}:
            given += node.args[:1]
        return [text for value in given for text in _strings(value)]
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return [t for k, v in pairs if isinstance(k, ast.Constant) and k.value == "code" for t in _strings(v)]
    return []


def _strings(node: ast.expr) -> list[str]:
    """A literal, or the two of a conditional expression."""
    if isinstance(node, ast.IfExp):
        return _strings(node.body) + _strings(node.orelse)
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def codes_in_protocol() -> set[str]:
    text = (ROOT / "docs" / "protocol.md").read_text()
    section = re.search(r"^## 6\. Codes$(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert section, "docs/protocol.md has no section “6. Codes”"
    return set(re.findall(r"^\| `([a-z0-9-]+)` \|", section.group(1), re.MULTILINE))


def test_every_code_of_the_source_is_in_the_protocol() -> None:
    missing = {code: path for code, path in codes_in_source().items() if code not in codes_in_protocol()}
    assert not missing, f"add these to docs/protocol.md §6: {missing}"


def test_every_code_of_the_protocol_is_in_the_source() -> None:
    source = "\n".join(path.read_text() for path in sorted((ROOT / "jemaa").rglob("*.py")))
    stale = {code for code in codes_in_protocol() if f'"{code}"' not in source}
    assert not stale, f"nothing in the source says these codes of docs/protocol.md §6: {stale}"
