"""Tokens: whoever changes one, keeps one too long or carries one elsewhere is told which of these it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jemaa.errors import Refused
from jemaa.meeting.ids import InvitationId, MeetingId, PersonId, SessionId
from jemaa.wire.token import Invitation, Pass, Tokens

HERE = SessionId("here")
TOKENS = Tokens(b"k" * 32)
CHAIR = Invitation(InvitationId("i1"), MeetingId("m"), HERE, "chair", 1_000)
AMINA = Pass(PersonId("p1"), MeetingId("m"), HERE, "chair", InvitationId("i1"), 1_000)


def code_of(token: str, *, session: SessionId = HERE, now: float = 0, tokens: Tokens = TOKENS) -> str:
    with pytest.raises(Refused) as refused:
        tokens.read_invitation(token, session=session, now=now)
    return refused.value.code


def test_what_is_signed_is_read_back() -> None:
    assert TOKENS.read_invitation(TOKENS.sign_invitation(CHAIR), session=HERE, now=999.9) == CHAIR
    assert TOKENS.read_pass(TOKENS.sign_pass(AMINA), session=HERE, now=0) == AMINA


def test_each_fault_has_its_own_code() -> None:
    token = TOKENS.sign_invitation(CHAIR)
    assert code_of(token, now=1_000) == "token-expired"
    assert code_of(token, session=SessionId("there")) == "token-elsewhere"
    assert code_of(token, tokens=Tokens(b"x" * 32)) == "token-forged"
    assert code_of("") == code_of("ü") == code_of("a.b") == code_of("x" * 5_000) == "token-forged"


def test_a_person_token_is_no_invitation() -> None:
    assert code_of(TOKENS.sign_pass(AMINA)) == "token-forged"


@given(st.data())
def test_no_changed_character_goes_unnoticed(data: st.DataObject) -> None:
    token = TOKENS.sign_invitation(CHAIR)
    place = data.draw(st.integers(0, len(token) - 1))
    character = data.draw(st.characters(codec="ascii").filter(lambda c: c != token[place]))
    changed = token[:place] + character + token[place + 1 :]
    try:
        read = TOKENS.read_invitation(changed, session=HERE, now=0)
    except Refused as refused:
        assert refused.code == "token-forged"
    else:
        # The last base64 character of the signature has unused bits: the same signature, another spelling.
        assert read == CHAIR and place == len(token) - 1


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    with pytest.raises(Refused):
        TOKENS.read_pass(text, session=HERE, now=0)
