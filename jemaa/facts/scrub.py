"""Facts room. What must not be in a record, taken out or refused: a second lock behind the record's closed lists.

`clean` makes of any good measurement one in which each text is made of words from lists of this file and the time is
the full hour. `suspicion` looks into any tree (an OONI record, a line at rest) for what could be an address, a name,
an SDP or a candidate, and says where. `pseudonym` lets one probe be counted once in a network and known in no other.
"""

import functools
import hashlib
import ipaddress
import re
from collections.abc import Iterator

import msgspec

from jemaa.errors import ProtocolError

from .record import ARTEFACTS, RUNGS, STEPS, Measurement

HOUR = 3_600


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


PROGRAMS = (
    "jemaa", "jemaa-browser", "browser", "chromium", "chrome", "firefox", "safari", "webkit", "webkitgtk", "edge",
    "opera", "samsung", "openssl", "boringssl", "nss", "libressl", "pion", "aiortc", "python", "none", "unknown",
    "other", "cros", "linux", "windows", "macos", "darwin", "android", "ios", "freebsd", "x86_64", "aarch64", "arm",
    "lab",
)  # fmt: skip
"""First words of labels, in lower case: programs and systems. Whatever is none of these is `other`."""

FAILURES = _words(
    "address_family_not_supported address_in_use address_not_available already_connected answer_not_ours",
    "bad_address bad_file_descriptor broken_pipe connection_aborted connection_already_closed connection_refused",
    "connection_reset destination_address_required dns_bogon_error dns_no_answer dns_non_recoverable",
    "dns_nxdomain_error dns_refused_error dns_server_failure dns_server_misbehaving dns_servfail_error",
    "dns_temporary_failure dns_unexpected_answer eof_error generic_timeout_error host_unreachable",
    "http_invalid_redirect http_request_failed http_response_truncated http_unexpected_answer",
    "http_unexpected_status_code interrupted",
    "invalid_argument message_size network_down network_reset network_unreachable no_buffer_space",
    "no_protocol_option not_a_socket not_connected operation_would_block permission_denied protocol_not_supported",
    "proxy_refused quic_incompatible_version ssl_failed_handshake ssl_invalid_certificate ssl_invalid_hostname",
    "ssl_unknown_authority timed_out unknown_error unknown_failure upgrade_refused websocket_failed",
    "wrong_protocol_type",
)
"""Of OONI's df-007, and a few beside them; whatever is none of these is `unknown_failure`."""

WORDS = _words(
    "a aa after again anchor app b before browser bytes call closed connect control down dtls early echo facebook",
    "flowing fresh genuine google handshake http https initial injected inverted ip late mega name neutral new",
    "openssl page peer pion port proxy quic random reference resolver second server short signal skype sni step",
    "stun system tcp telegram tls turn udp up viber voip webrtc whatsapp ws x zoom",
) | {part for word in (*STEPS, *ARTEFACTS, *RUNGS) for part in (word, *word.replace("-", "_").split("_"))}
"""What the ids of arms are made of, besides numbers of at most five digits."""

NODE_WORDS = _words(
    "answer app bogon busy bytes capped certificate check clock control dest down dns drop dtls error fingerprint flow",
    "held http injected ip kill loss media name network nxdomain port portal protocol proxy proxy_only quic random",
    "refused residual resigned route rst rtp rung server shape signature sip slow sni stripped stun tcp throttle time",
    "tls turn udp up webrtc whitelist ws",
)
"""What the nodes of findings are made of: with dots between them they look like hosts, and are none."""

_LABEL = re.compile(r"([A-Za-z][A-Za-z0-9_-]*)(?:[ /](\d{1,5}(?:\.\d{1,4})?)[0-9.]*)?")
_ALIAS = re.compile(r"(?:reference|second|anchor|own|page|peer|resolver|proxy|server|control)(?:-\d{1,3})?")

_IPV4 = re.compile(r"(?<![\d.])(?:\d{1,3}[.-]){3}\d{1,3}(?![\d.])")
_IPV6 = re.compile(r"(?<![0-9A-Fa-f:])[0-9A-Fa-f:]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*")
_MAC = re.compile(r"(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}(?![0-9A-Fa-f])")
_SDP = re.compile(
    r"(?:^|[\r\n])\s*v=0|\b[acmos]=[A-Za-z0-9-]+|candidate[: ]|ice-(?:ufrag|pwd)|\btyp (?:host|srflx|prflx|relay)"
)
_HOST = re.compile(r"(?<![\w.-])(?:[A-Za-z0-9_-]+\.)+[A-Za-z]{2,24}(?![\w-])")
_MAIL = re.compile(r"[^\s@]+@[^\s@]+")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_LONG_HEX = re.compile(r"[0-9A-Fa-f]{16,}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")

_LOOKED_INTO = (str, dict, list, tuple)
"""Most of a record is numbers: a generator for each of them would cost more than all that is looked for."""

KEPT_ADDRESSES = ("127.0.0.1", "127.0.0.2")
"""What OONI writes in the place of an address that is kept back."""
RESERVED = ".invalid"
"""A name that ends so leads nowhere (RFC 2606): the OONI form has a host where ours has an alias."""


def clean(measurement: Measurement) -> Measurement:
    """The measurement as it may rest: the full hour, no finer versions, and no word that is not from a list here."""
    ids = _new_ids([arm.id for arm in measurement.arms], [arm.step for arm in measurement.arms])
    arms = [
        msgspec.structs.replace(
            arm,
            id=ids[arm.id],
            server=_alias(arm.server),
            failure=None if arm.failure is None else _failure(arm.failure),
        )
        for arm in measurement.arms
    ]
    plan, controls, off = measurement.plan, measurement.controls, measurement.controls.clock_off_h
    return msgspec.structs.replace(
        measurement,
        software=_label(measurement.software),
        stack=_label(measurement.stack),
        platform=_label(measurement.platform),
        started_at=measurement.started_at // HOUR * HOUR,
        plan=msgspec.structs.replace(plan, order=[ids[one] for one in plan.order if one in ids]),
        arms=arms,
        controls=msgspec.structs.replace(controls, clock_off_h=None if off is None else coarse(off)),
        profile=None if measurement.profile is None else "lab",
        series=[msgspec.structs.replace(one, arm=ids[one.arm]) for one in measurement.series if one.arm in ids],
        residual=[
            msgspec.structs.replace(one, trigger=ids[one.trigger]) for one in measurement.residual if one.trigger in ids
        ],
    )


def coarse(number: float) -> int:
    """To one figure, at most a million: 8,760 becomes 9,000. What is finer tells people apart."""
    rounded = int(float(f"{min(round(abs(number)), 1_000_000):.0e}"))
    return -rounded if number < 0 else rounded


def pseudonym(probe: bytes, *, cc: str, asn: int, key: bytes) -> int:
    """A number of 64 bits for a probe in this network. Whoever lacks `key` can neither make nor undo it, and the same
    probe in two networks is two numbers.
    """
    text = hashlib.sha256(probe).digest() + f"{cc}/{asn}".encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8, key=hashlib.sha256(key).digest()).digest(), "big")


def refuse(tree: object) -> None:
    """`ProtocolError` `measurement-private` where anything in the tree could say who or where somebody is."""
    for place, what in suspicion(tree):
        raise ProtocolError("measurement-private", f"{place} could be {what}, and that is nothing to keep.")


def suspicion(tree: object) -> Iterator[tuple[str, str]]:
    """(where, what it could be) for each text in a tree of dicts, lists and scalars; keys are looked at too."""
    return ((f"${place}", what) for place, what in _suspicion(tree))


def _suspicion(tree: object) -> Iterator[tuple[str, str]]:
    """Places are put together on the way back: a record has thousands, and hardly ever one to name."""
    if isinstance(tree, str):
        if what := suspect(tree):
            yield "", what
    elif isinstance(tree, dict):
        for key, value in tree.items():
            if what := suspect(str(key)):
                yield " (a key)", what
            if isinstance(value, _LOOKED_INTO):
                for place, what in _suspicion(value):
                    yield f".{key}{place}", what
    elif isinstance(tree, list | tuple):
        for number, value in enumerate(tree):
            if isinstance(value, _LOOKED_INTO):
                for place, what in _suspicion(value):
                    yield f"[{number}]{place}", what


@functools.lru_cache(maxsize=4_096)
def suspect(text: str) -> str | None:
    """What a text could be, in words; None for nothing of the kind. Records are made of few words: answers are kept."""
    if text in KEPT_ADDRESSES:
        return None
    if any(_is_address(hit.group().replace("-", ".")) for hit in _IPV4.finditer(text)):
        return "an IPv4 address"
    if _MAC.search(text):
        return "a hardware address"
    if any(_is_address(hit.group()) for hit in _IPV6.finditer(text)):
        return "an IPv6 address"
    if _SDP.search(text):
        return "a session description or a candidate"
    if _URL.search(text):
        return "an address of a page"
    if _MAIL.search(text):
        return "a mail address"
    if any(_is_host(hit.group().lower()) for hit in _HOST.finditer(text)):
        return "a host's name"
    if _LONG_HEX.search(text):
        return "a key or an id"
    return None


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return text not in ("::",)


def _is_host(text: str) -> bool:
    return not text.endswith(RESERVED) and not set(text.split(".")) <= NODE_WORDS


def _label(text: str) -> str:
    """A known program or system and its version to the second number: finer ones tell people apart."""
    found = _LABEL.match(text)
    if found is None or found.group(1).lower() not in PROGRAMS:
        return "other"
    return f"{found.group(1)} {found.group(2)}" if found.group(2) else found.group(1)


def _failure(word: str) -> str:
    return word if word in FAILURES else "unknown_failure"


def _alias(alias: str) -> str:
    return alias if _ALIAS.fullmatch(alias) else "server-0"


def _new_ids(ids: list[str], steps: list[str]) -> dict[str, str]:
    """Each id as it is where it is made of known words, else one made of its step and its place."""
    plain = {one for one in ids if _is_plain(one)}
    made = (f"{step if step in STEPS else 'step'}-x-{number}" for number, step in enumerate(steps))
    return {one: one if one in plain else _free(other, plain) for one, other in zip(ids, made, strict=True)}


def _free(identity: str, taken: set[str]) -> str:
    """This id, with as many more signs as it takes to be nobody else's."""
    while identity in taken:
        identity += "-x"
    return identity


def _is_plain(identity: str) -> bool:
    parts = re.split(r"[-_]", identity)
    numbers = [part for part in parts if part.isdigit()]
    return all(part in WORDS or (part.isdigit() and len(part) <= 5) for part in parts) and len(numbers) <= 3
