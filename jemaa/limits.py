"""Every limit has a name, a value and a reason here; a test crosses each.

Sizes are in bytes and times in seconds unless the name says otherwise.
"""

# --- the wire -----------------------------------------------------------------------------------------
MAX_CHUNK_BYTES = 262_144
"""A chunk: a key frame of a 1080p picture fits; nothing of sound comes near."""

MAX_FRAMES_A_CHUNK = 64
"""Four seconds of 60 ms frames: more than any rendition puts in one chunk."""

MAX_MESSAGE_BYTES = 16_384
"""A JSON message from a client: the longest question in four-byte characters fits, ten megabytes do not."""

# --- who listens --------------------------------------------------------------------------------------
LISTENER_BUFFER_BYTES = 65_536
"""What may wait in one listener's transport before it is skipped: 16 s of 32 kb/s sound."""

RING_BYTES = 8_000_000
"""Memory of one ring at the most: a minute of 1 Mb/s picture; a minute of 32 kb/s sound is 300 kB."""

RING_SECONDS = 60
"""How much of a sound track is kept in memory: enough for the slowest path's pieces and their repeats."""

# --- text ---------------------------------------------------------------------------------------------
MAX_TEXT_CHARACTERS = 2_000
"""A question, chat message or caption."""

MAX_NAME_CHARACTERS = 80
"""A person's name or affiliation."""

# --- the state that everybody gets on joining ------------------------------------------------------------
KEPT_CAPTIONS = 200
"""Final caption lines in the state: about ten minutes of speech to scroll back through; the log has all."""

KEPT_MESSAGES = 200
"""Chat messages in the state; the log has all."""

KEPT_QUESTIONS = 500
"""Questions in the state: more than any session reads out."""

MAX_FLOOR_HOLDERS = 8
"""People who may hold the floor at once: a panel. Each costs a decoder and an encoder on the server."""

MAX_QUEUE = 500
"""People who may wait at once; at two minutes each this is two working days."""

MAX_AGENDA_ITEMS = 100
"""Items of an agenda."""

MAX_WAITING_QUESTIONS_A_PERSON = 5
"""Questions of one person that have not been read yet."""

MAX_NOTE_MS = 180_000
"""A recorded question: three minutes, the longest speaking time that the reference meetings give."""

# --- the disk ------------------------------------------------------------------------------------------
MAX_STORE_QUEUE = 10_000
"""Jobs that may wait for the writer thread: some seconds of it at full speed."""

MAX_GROUP_COMMIT = 256
"""Jobs in one transaction: keeps the wait for a commit short while sparing one fsync a job."""

MAX_NOTE_BYTES = 1_500_000
"""A recorded question: three minutes at 32 kb/s are 720 kB."""

MAX_NOTE_PIECES = 1_000
"""Pieces of a recorded question: three minutes in pieces of 200 ms fit."""

# --- commands ------------------------------------------------------------------------------------------
MAX_INBOX = 1_000
"""Commands that may wait for a session's owner task; beyond, the asker is told that the server is busy."""

COMMANDS_A_SECOND = 2.0
"""How fast one person's allowance of commands fills up; nobody reads faster than others can write."""

COMMANDS_AT_ONCE = 20
"""A person's allowance of commands; the desk's is ten times that."""

KEPT_EVENTS = 2_000
"""Newest events of a session kept in memory, so that a reconnecting crowd does not read the disk."""
