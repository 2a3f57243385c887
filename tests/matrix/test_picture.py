"""The grid as a picture: a sign an answer, told apart by form, and SVG that parses."""

import re
from xml.etree import ElementTree

from jemaa.matrix.picture import picture

from .cells import cell, matrix


def test_every_answer_has_its_sign() -> None:
    drawn = picture(matrix(cell(), cell("udp-off", speaks=False, sees=None)))
    assert ElementTree.fromstring(drawn).tag.endswith("svg")
    assert (drawn.count('class="yes"'), drawn.count('class="no"'), drawn.count('class="cross"')) == (10, 1, 1)
    assert drawn.count("<circle") == 1


def test_networks_stand_in_their_groups_and_systems_below_each_other() -> None:
    drawn = picture(matrix(cell("udp-off"), cell(), cell("udp-off", system="other")))
    columns = dict(re.findall(r"translate\((\d+) \d+\)[^>]*>([^<]+)<", drawn))
    at = {name: int(place) for place, name in columns.items()}
    assert at["clean"] < at["udp-off"]
    rows = [int(y) for y in re.findall(r'class="soft" x="0" y="(\d+)"', drawn)]
    assert len(rows) == 2 and rows[0] < rows[1]


def test_a_name_cannot_become_a_part_of_the_picture() -> None:
    drawn = picture(matrix(cell("<script>.toml"), cell(system="<b>")))
    assert "<b>" not in drawn and "<script" not in drawn
    ElementTree.fromstring(drawn)


def test_without_an_answer_there_is_no_picture() -> None:
    assert picture(matrix()) == ""
    assert picture(matrix(cell(route="live"))) == ""
