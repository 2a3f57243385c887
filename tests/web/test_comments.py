"""What a browser gets of our files: all of the program, none of the comments that have lines of their own."""

from pathlib import Path

import pytest

from jemaa.web.client_files import ClientFiles
from jemaa.web.comments import without_comments

CLIENT = Path(__file__).parents[2] / "jemaa" / "client"
PROGRAMS = sorted(CLIENT.rglob("*.js"))


def test_comments_go_and_lines_keep_their_numbers() -> None:
    text = '// @ts-check\n/**\n * What.\n */\nconst a = "/* no comment */"; // stays\n  /** @type {string} */\n  b();\n'
    assert without_comments(text) == '\n\n\n\nconst a = "/* no comment */"; // stays\n\n  b();\n'


def test_a_block_ends_where_it_ends() -> None:
    text = "/* one */ a();\n/* two */\nb();\n/* three */\n"
    assert without_comments(text) == "/* one */ a();\n\nb();\n\n"


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.relative_to(CLIENT).as_posix())
def test_no_text_goes_over_a_lines_end(program: Path) -> None:
    """Or a line of it could look like a comment."""
    code = without_comments(program.read_text(encoding="utf-8"))
    for number, line in enumerate(code.splitlines(), 1):
        assert line.count("`") % 2 == 0 and not line.endswith("\\"), f"line {number}"


def test_what_is_served_is_a_third_smaller() -> None:
    files = ClientFiles(CLIENT)
    served = sum(len(files._files[path.relative_to(CLIENT).as_posix()].body) for path in PROGRAMS)
    assert served < 0.8 * sum(path.stat().st_size for path in PROGRAMS)
