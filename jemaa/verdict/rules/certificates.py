"""Verdict room. Rules on certificates: a clock that is off, somebody who signs them anew, and a server's own bad one.

A certificate that is not trusted accuses nobody by itself: servers have wrong ones too. It takes an anchor's that is
not trusted either, and no anchor's that is; or one that is not what the server says it holds.
"""

from jemaa.verdict.conditions import Both, Either, Failed, Marked, Not, Through

from .rule import Rule

DATES = ("ssl_invalid_certificate",)
NAMES = ("ssl_invalid_hostname",)
SIGNERS = ("ssl_unknown_authority",)


def everywhere(words: tuple[str, ...]) -> Both:
    """The server and at least one anchor failed so, and no anchor was reached."""
    return Both(
        what=(
            Failed(of="up-server", words=words),
            Failed(of="up-anchor-*", words=words),
            Through(of="up-anchor-*", most=0.0, sent=1),
        )
    )


NOT_BY_FAILURE = Not(what=Failed(of="up-server", words=(*NAMES, *SIGNERS)))
"""Programs before rules 5 wrote the mark beside any certificate that was not trusted, and then measured no more."""

RULES = (
    Rule(
        id="clock", node="check.clock", says="invalid", family="check", when=(everywhere(DATES),),
        because="No certificate anywhere is valid at the time that this device has: its clock is wrong, and no"
        " comparison of names means anything.",
    ),
    Rule(
        id="tls-resigned", node="tls.resigned", says="blocked", family="web",
        when=(
            Either(what=(
                Both(what=(
                    Marked(of=("up-server", "tls_name-*", "ws-*", "long_answer-*"), artefacts=("tls_resigned",)),
                    NOT_BY_FAILURE,
                )),
                everywhere(SIGNERS),
            )),
        ),
        because="The certificate is not the server's own, or no certificate anywhere is signed by whom this device"
        " trusts: somebody on the way opens TLS. What goes through there can be read there.",
        seen="Company networks; lab: proxy-only-resigned",
    ),
    Rule(
        id="certificate-untrusted", node="server.certificate", says="insufficient", family="check",
        when=(
            Failed(of="up-server", words=(*DATES, *NAMES, *SIGNERS)),
            Through(of="up-server", most=0.0, sent=2),
        ),
        unless=("portal", "clock", "tls-resigned"),
        because="The server's certificate is not trusted here: it is signed by nobody whom this device knows, is for"
        " another name, or is not valid at this time. Servers have such ones by mistake: that accuses no network.",
    ),
)  # fmt: skip
