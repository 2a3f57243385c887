"""Every limit has a name, a value and a reason here; a test crosses most of those that a peer can cross.

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
"""What may wait in one listener's transport, at the most, before it is skipped; and the most of the past that is given
to it beyond the newest chunk that decoding can start with. With the server's own TLS some 64 KB more wait: uvloop's
transport for it counts only what the one of the socket does not take, which takes so much before it says stop."""

LISTENER_BUFFER_LEAST_BYTES = 16_384
"""The same at the least: a key frame of the lowest picture, or 4 s of 32 kb/s sound."""

LISTENER_BUFFER_SECONDS = 2
"""How much of its track may wait for a listener, between these two: over a thin line an old picture must not stand in
the way of the newest sound for longer."""

STILL_BYTES = 16_000
"""A key frame that is sent as a still: two seconds of the 64 kb/s line it is meant for. Over 24 kb/s so large a one
holds up the sound once, and then the page asks for none for a while."""

KERNEL_BUFFER_BYTES = 16_384
"""What the kernel takes of a listener's bytes before it can send them."""

HELD_BYTES = 4_096
"""Small batches for a listener who has not read the older ones are given to its transport together, so many bytes at a
time: a write that waits costs the transport 200 bytes and more, and a batch of 20 ms has about 100."""

LISTENS_A_SECOND = 1.0
"""How often one connection may change its mind about what it hears: each time may bring a burst of the past."""

LISTENS_SECONDS = 20.0
"""How much of this may come at once: a page that goes from path to path, and turns its picture on and off."""

RING_BYTES = 8_000_000
"""Memory of one ring at the most: a minute of 1 Mb/s picture; a minute of 32 kb/s sound is 300 kB."""

RING_SECONDS = 60
"""How much of a sound track is kept in memory: enough for the slowest path's pieces and their repeats."""

JITTER_KEPT_SECONDS = 4
"""Sound of one publisher that may wait to be mixed; what a flood brings beyond it replaces the oldest."""

JITTER_MAX_MS = 2_500
"""How unevenly a publisher's sound may arrive and still be heard whole: over 24 kb/s a packet that is lost holds up all
that comes after it for one to two seconds."""

CATCH_UP_MS = 4_000
"""How late the mix may be and still be made up for; beyond, media time jumps and a gap is marked."""

# --- who publishes ------------------------------------------------------------------------------------
SOUND_BYTES_A_SECOND = 24_000
"""Of one microphone: 192 kb/s, six times what is asked for. Ten times as much is a fault or an attack."""

PICTURE_BYTES_A_SECOND = 500_000
"""Of one camera or screen, all renditions: 4 Mb/s."""

PUBLISH_CHUNKS_A_SECOND = 130
"""Chunks of one picture: three renditions at 40 a second."""

PUBLISH_SOUND_MS_A_SECOND = 2_600
"""Sound of one microphone: more than there is time, so that twenty seconds which a network held back may come at once.
Bytes do not tell: each of 64 frames of a chunk may have one, and be work for a decoder."""

PUBLISH_BURST_SECONDS = 8
"""How much of these rates may come at once: what a network held back and then lets go."""

UPLOAD_BYTES_A_SECOND = 1_048_000
"""Of one person, whatever becomes of it: twice what his microphone and his camera may send together, so that those are
closed long before he is cut off."""

UPLOAD_RECORDS_A_SECOND = 520
"""The same in records: reading one is work for the loop, and without this 300 kB may be 150,000 of them."""

MAX_UPLOADERS = 1_000
"""People whose uploads are remembered; beyond, those are forgotten who have sent nothing for a while."""

PUBLICATION_IDLE_SECONDS = 30
"""A publication without a chunk for so long is closed; it costs the server an encoder."""

MAX_RENDITIONS = 3
"""Encodings of one picture."""

SEEN_SECONDS = 30
"""A listener by single requests counts for so long after his latest: three waits of a long poll overlap it."""

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

SNAPSHOT_CHAT_BYTES = 40_000
"""Text of chat messages in a snapshot: all of two hundred of some length; of 200 of the longest it would be 1.6 MB."""

KEPT_QUESTIONS = 500
"""Questions in the state: more than any session reads out. Those that are done leave first, oldest first."""

MAX_WAITING_QUESTIONS = 400
"""Questions that may wait at once: fewer than are kept, so that no question leaves the state unread."""

KEPT_PERSONS = 500
"""People in the state beside those whom something in it names (queue, floor, words, removals): a crowd that only gave
its names must not weigh on whoever joins over 12 kb/s. Who was left out and acts is asked for the name again."""

MAX_REVOKED = 1_000
"""Withdrawn invitations of a session."""

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

MAX_NOTE_FRAMES = 9_000
"""Of a recorded question: three minutes in frames of 20 ms. Each is read several times before it is heard."""

MAX_NOTE_FRAME_BYTES = 1_275
"""The largest frame of Opus (RFC 6716 §3.4, R2), which for the 60 ms that are usual is 170 kb/s."""

# --- the disk ------------------------------------------------------------------------------------------
MAX_STORE_QUEUE = 10_000
"""Jobs that may wait for the writer thread: some seconds of it at full speed."""

MAX_GROUP_COMMIT = 256
"""Jobs in one transaction: keeps the wait for a commit short while sparing one fsync a job."""

MAX_NOTE_BYTES = 1_500_000
"""A recorded question: three minutes at 32 kb/s are 720 kB."""

MAX_NOTE_PIECES = 1_000
"""Pieces of a recorded question: three minutes in pieces of 200 ms fit."""

MAX_NOTES_A_PERSON = 20
"""Recordings of one person in one session, unfinished ones included: nobody fills the disk alone."""

MAX_NOTES_A_SESSION = 500
"""Recordings of one session: 750 MB at the very most."""

NOTE_ABANDONED_SECONDS = 86_400
"""An unfinished recording untouched for a day makes room for others once a session has its fill."""

# --- commands ------------------------------------------------------------------------------------------
MAX_INBOX = 1_000
"""Commands that may wait for a session's owner task; beyond, the asker is told that the server is busy."""

COMMANDS_A_SECOND = 2.0
"""How fast one person's allowance of commands fills up; nobody reads faster than others can write."""

COMMANDS_AT_ONCE = 20
"""A person's allowance of commands."""

DESK_ALLOWANCE = 10
"""How many times as much, and as fast, the chair and the manager may command: they act for everyone."""

MAX_COMMANDS_TOGETHER = 64
"""Waiting commands that a session decides and writes in one go: one fsync for all, and none waits long for the rest."""

OUTCOME_SECONDS = 300.0
"""How long a request with a key is known again: a page asks again within seconds, after a tunnel within minutes, and so
long an empty session stays open."""

KEPT_OUTCOMES = 4_000
"""Outcomes of a session that are kept for whoever asks again: under six megabytes, when all of them are joins."""

KEPT_OUTCOMES_AN_ASKER = 100
"""Of one person, or of all who join from one address: five times what he may command at once. To push out others'
takes forty persons; what is pushed out would be done again."""

KEPT_EVENTS = 2_000
"""Newest events of a session kept in memory, so that a reconnecting crowd does not read the disk."""

# --- sockets -------------------------------------------------------------------------------------------
EVENT_BACKLOG_BYTES = 262_144
"""What may wait unread in a connection when it is told something: beyond, it is closed and resumes by `since`. What it
was greeted with comes on top until it has been read: over 64 kb/s a large snapshot takes minutes."""

MAX_UPLOAD_BYTES = 300_000
"""One message or POST of records: the largest chunk with its header, or many small ones."""

HELLO_SECONDS = 10.0
"""How long a WebSocket may be silent before it says who it is."""

PIECE_WAIT_SECONDS = 10.0
"""How long a request for a piece that is not complete is held: ten pieces of a second."""

PART_BYTES = 6_000
"""Of a snapshot in parts, packed: with a TLS handshake and headers it is half of the 16 kB after which some networks
freeze a connection."""

WHOLE_SECONDS = 2.0
"""Whoever asks for a snapshot in parts within so short a time gets the one that was cut for the one before."""

WHOLE_KEPT_SECONDS = 60.0
"""How long its parts may be fetched. So thirty are kept at the most, each of some 100 kB in a meeting of a thousand."""

POLL_SECONDS = 25
"""How long a long poll is held at the most: proxies cut what is silent for 30 s."""

KEEPALIVE_SECONDS = 15.0
"""Silence after which a long response sends something, for the same reason."""

RADIO_BURST_MS = 2_000
"""Sound that a radio listener gets at once, so that the player starts without waiting for its buffer."""

RADIO_BLOCK_BYTES = 32 * 1024
"""What the media elements of Chromium and Firefox want before they play, and in which they go on: with a burst of 2 s
Chromium's radio began after 18 s (Ogg, 12 kb/s) and 8.5 s (MP3), and Firefox's after 19 s (Ogg). With this beside the
burst, which is what they have in reserve at the end of each, both begin at once. In a meeting that has no such past yet
they wait. Filling would do it, but the second block is waited for too, so that it could never stop; and Chromium does
not unpack compressed media."""

IDLE_HALL_SECONDS = 300.0
"""A session that nobody attends is closed after this, and opened again by replay: its silent mix costs a few per cent
of a core, and old links are opened by whoever finds them."""

EARLY_PIECES = 8
"""Pieces of a publication that wait for an earlier one."""

COMMANDS_UNDER_WAY = 8
"""Commands of one connection that may wait for their answer; beyond, the asker is told to slow down."""

# --- the lab ---------------------------------------------------------------------------------------------
LAB_FLOWS = 20_000
"""Conversations that the middlebox remembers: a browser makes hundreds; a flood must not eat the machine."""

LAB_FLOW_IDLE_SECONDS = 300.0
"""A silent flow is forgotten after this: five minutes, as RFC 4787 asks of address translators."""

LAB_STREAM_BYTES = 16_384
"""How much of a TCP stream's beginning is put together: the longest TLS record."""

LAB_STREAM_SEGMENTS = 64
"""Segments that may wait for one before them."""

LAB_WAITING_PACKETS = 20_000
"""Packets that the middlebox may hold back at once (delay, slow links): a second of its full speed."""

LAB_PROXY_BODY_BYTES = 16_000_000
"""What the lab's proxy keeps of a response before it hands it on; beyond, it cuts, as such proxies do."""

LAB_PACKETS_A_SECOND = 20_000
"""What the middlebox must keep up with on one core; below that it says so."""

# --- the facts -------------------------------------------------------------------------------------------
MAX_MEASUREMENT_BYTES = 262_144
"""All facts of one check: a full one with ten minutes of flows has about 60 kB."""

# --- the audit -------------------------------------------------------------------------------------------
AUDIT_PAGE_BYTES = 16_000_000
"""An announcement: pages of 10 MB exist (pictures inside), larger ones are no announcement."""

AUDIT_TAG_CHARACTERS = 4_096
"""The longest tag that is read as one; what is longer counts as text, so that no page is slow to read."""

AUDIT_CELLS_BYTES = 64_000_000
"""A file of measured cells: a country's networks and weeks are some thousand lines."""

AUDIT_CELLS = 200_000
"""Cells of one audit."""

# --- the evidence -----------------------------------------------------------------------------------------
EVIDENCE_K = 3
"""Probes below which nothing is published: one or two could be known to somebody."""

EVIDENCE_MEMORY_MB = 1_500
"""What DuckDB may take; beyond, it uses the disk."""

EVIDENCE_THREADS = 2
"""Of DuckDB: the meeting on the same machine needs the others."""

SUBMISSION_AGE_SECONDS = 172_800
"""A measurement is filed under the week in which it comes; one that waited for a network for two days still fits."""

SUBMISSIONS_AN_HOUR = 60
"""Of one source: a class that checks together behind one address."""

SUBMISSIONS_A_SECOND = 20
"""Of all sources: what two days of nothing else would make of the disk is 30 GB, and the operator sees it coming."""

MAX_SUBMISSION_SOURCES = 20_000
"""Sources whose allowance is remembered; the one silent for longest is forgotten."""

MAX_SUBMISSIONS_WAITING = 500
"""Submissions that may wait for the disk."""

EVIDENCE_ANSWER_ROWS = 10_000
"""Of one answer of the API; the downloads have all."""

FOLD_SECONDS = 3_600
"""How often a server moves what came from the journal into the archive."""

# --- the check ----------------------------------------------------------------------------------------
CHECK_RUN_SECONDS = 1_200
"""How long a run's stamps are answered and its counts kept: the long check, and time to ask what arrived."""

MAX_CHECK_RUNS = 5_000
"""Runs at once; the oldest is forgotten. Four a second for twenty minutes."""

MAX_CHECK_ARMS = 400
"""Arms of one run that are counted."""

CHECK_PACKETS_A_SECOND = 400
"""Of one source: a household behind one address that checks on several devices at once; 50 a second is a call."""

CHECK_BYTES_A_SECOND = 200_000
"""Of one source, and no more goes back to it."""

CHECK_TOTAL_PACKETS_A_SECOND = 20_000
"""Of all sources: what a core answers."""

MAX_CHECK_SOURCES = 20_000
"""Sources whose budget is remembered; the one silent for longest is forgotten."""

MAX_CHECK_HANDSHAKES = 200
"""DTLS handshakes under way; each has shown that its address is its own."""

CHECK_HANDSHAKE_SECONDS = 20
"""How long one may take."""

MAX_CHECK_FLOWS = 500
"""TCP connections of checks at once."""

CHECK_FLOW_BYTES = 8_000_000
"""What one of them may carry."""

MAX_CHECK_ANSWER_BYTES = 2_000_000
"""A long answer: what shows whether answers are cut after so many bytes."""

MAX_CHECK_ANSWERS = 200
"""Long answers and echoing WebSockets at once."""
