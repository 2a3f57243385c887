"""Probe room. Where traffic that looks like a call may bring the person who sends it into trouble, and who says so.

There a check is `lite` unless it is asked for in full. It is a list to be careful by, not a judgement of law: the laws
change, and what a source of a year says need not hold now.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Careful:
    """A country (ISO 3166), why, and the source with its year."""

    country: str
    why: str
    source: str


COUNTRIES = (
    Careful(
        "ET",
        "a law against telecom fraud made calls over the internet an offence, as reported with long terms of prison",
        "Telecom Fraud Offence Proclamation 761/2012; press, June 2012",
    ),
    Careful(
        "AE",
        "calls are a licensed service; ways round the licensees' networks were reported as punishable",
        "the regulator's policy on voice over IP, 2009 and later; press, 2016",
    ),
    Careful(
        "OM",
        "calls over the internet without a licence were fined and led to arrests, as reported",
        "Telecommunications Regulatory Authority of Oman, press, 2010-2011",
    ),
    Careful("TM", "ways round the filters were punished, as reported", "press and the Snowflake paper, 2018-2024"),
    Careful("KP", "private use of the network is not free", "press, continuously"),
)


def careful(country: str | None) -> Careful | None:
    """The row of a country, if there is one."""
    return next((row for row in COUNTRIES if row.country == country), None)
