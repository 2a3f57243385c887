"""Web room. What requests and answers look like: the types that validate are the types that the OpenAPI document shows.

Names of the fields are those of docs/protocol.md.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from jemaa.errors import ProtocolError
from jemaa.limits import MAX_MESSAGE_BYTES, MAX_NOTE_PIECES
from jemaa.meeting.roles import Role
from jemaa.wire.message import decode_object

BatchMs = Annotated[int, Meta(ge=20, le=2_000, description="how much sound travels in one message, in ms")]
BackMs = Annotated[int, Meta(ge=0, le=10_000, description="how far behind the newest chunk to begin, in ms")]
TrackName = Annotated[str, Meta(max_length=100, description="a name of the status, such as sound/32")]
FrameMs = Annotated[int, Meta(ge=5, le=60)]


class Failure(Struct):
    """What went wrong."""

    code: str
    text: str


class FailureAnswer(Struct):
    """The body of every answer of 400 and above."""

    error: Failure


class JoinRequest(Struct, forbid_unknown_fields=True):
    """`token` is an invitation, `resume` an earlier person token."""

    token: str | None = None
    resume: str | None = None


class JoinAnswer(Struct):
    """Who one is now; `token` is the person token, `seq` the newest event."""

    person: str
    role: Role
    token: str
    seq: int


class SeqAnswer(Struct):
    """The command is done, and true after event `seq`."""

    seq: int


class Listen(Struct, forbid_unknown_fields=True):
    """What somebody wants to hear and see; None is nothing."""

    sound: TrackName | None = None
    picture: TrackName | None = None
    batch_ms: BatchMs = 200
    back_ms: BackMs = 0


class Hello(Struct, forbid_unknown_fields=True):
    """The first message of a WebSocket."""

    op: Literal["hello"]
    token: str | None = None
    since: Annotated[int, Meta(ge=0)] | None = None
    listen: Listen | None = None


class Rendition(Struct, forbid_unknown_fields=True):
    """One encoding of a picture."""

    name: Literal["low", "high"]
    codec: Annotated[str, Meta(max_length=40)]
    width: Annotated[int, Meta(ge=1, le=8192)]
    height: Annotated[int, Meta(ge=1, le=8192)]
    kbps: Annotated[int, Meta(ge=1, le=20_000)]


class PublishSound(Struct, forbid_unknown_fields=True, tag_field="kind", tag="sound"):
    """Open one's microphone."""

    codec: Literal["opus"] = "opus"
    frame_ms: FrameMs = 20


class PublishPicture(Struct, forbid_unknown_fields=True, tag_field="kind", tag="picture"):
    """Show one's camera or screen, in one or more encodings, the smallest first."""

    renditions: Annotated[list[Rendition], Meta(min_length=1, max_length=2)]
    source: Literal["camera", "screen"] = "camera"


Publish = PublishSound | PublishPicture


class Published(Struct):
    """The publication has a number, and each of its encodings a track number to use in records."""

    publication: int
    tracks: list[int]
    op: Literal["published"] = "published"
    id: int | None = None


class PublishedPiece(Struct, omit_defaults=True):
    """The next piece expected; `keyframe` asks for a picture that can be decoded by itself."""

    next: int
    keyframe: bool = False


class NewestPiece(Struct):
    """Where to begin."""

    epoch: str
    track: str
    n: int
    piece_ms: int
    age_ms: int
    """How long it has been complete: the next one will be in `piece_ms - age_ms`."""


class NoteRequest(Struct, forbid_unknown_fields=True):
    """Begin to leave a recorded question. `frame_ms` is for whoever reads it: each frame says how long it lasts."""

    frame_ms: FrameMs = 60


class NoteAnswer(Struct):
    """The recording has a name."""

    note: str
    next: int


class NoteState(Struct):
    """Which pieces of a recording are here."""

    note: str
    have: list[int]
    finished: bool


class FinishRequest(Struct, forbid_unknown_fields=True):
    """How many pieces the recording has."""

    pieces: Annotated[int, Meta(ge=1, le=MAX_NOTE_PIECES)]


class FinishAnswer(Struct):
    """The recording is a question now."""

    question: str
    seq: int


class PollAnswer(Struct, omit_defaults=True):
    """News since `since`, or a snapshot where that is not possible: whole, or a part of its text."""

    seq: int
    status: Any
    events: list[dict[str, Any]] | None = None
    snapshot: Any = None
    parts: int | None = None
    part: str | None = None


def decoded(data: bytes | str, shape: Any) -> Any:
    """JSON of a peer as a value of `shape`.

    `ProtocolError`: `message-too-large`, `not-json`, `not-an-object`, `bad-shape`.
    """
    if len(data) > MAX_MESSAGE_BYTES:
        raise ProtocolError("message-too-large", f"A message has at most {MAX_MESSAGE_BYTES} bytes.")
    return converted(decode_object(data or b"{}"), shape)


def converted(value: dict[str, Any], shape: Any) -> Any:
    """The same for JSON that has been read. `ProtocolError` `bad-shape` says which field is wrong."""
    try:
        return msgspec.convert(value, shape)
    except (msgspec.ValidationError, RecursionError) as error:
        raise ProtocolError("bad-shape", f"This message is not as the protocol says: {error}.") from None


class UpAnswer(Struct):
    """Of what a check sent: how much arrived, and whether it is what it should be."""

    bytes: int
    whole: bool
