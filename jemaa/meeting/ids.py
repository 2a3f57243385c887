"""Meeting room. The names of things; nothing here knows how they are made."""

from typing import NewType

MeetingId = NewType("MeetingId", str)
SessionId = NewType("SessionId", str)
PersonId = NewType("PersonId", str)
QuestionId = NewType("QuestionId", str)
NoteId = NewType("NoteId", str)
MessageId = NewType("MessageId", str)
InvitationId = NewType("InvitationId", str)
