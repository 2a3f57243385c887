"""Probe room. Where traffic that looks like a call may bring the person who sends it into trouble, and who says so.

There a check is `lite` unless it is asked for in full, and the page of the check tries no call unasked
(`jemaa/client/check/calls.js` has the clocks' zones, and `tests/probe/test_countries.py` keeps both alike). It is a
list to be careful by, not a judgement of law: laws change, and what a source of a year says need not hold now.
Sources were read on 25 November 2026, in excerpts of stored copies; none is the text of a law.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """Who says it, when, and where."""

    publisher: str
    date: str
    url: str


@dataclass(frozen=True, slots=True)
class Careful:
    """A country (ISO 3166), why, the sources; `doubt` is what speaks against it, `zones` its clocks' (IANA)."""

    country: str
    why: str
    sources: tuple[Source, ...]
    zones: tuple[str, ...]
    doubt: str = ""

    @property
    def source(self) -> str:
        """In a line."""
        return "; ".join(f"{one.publisher}, {one.date}" for one in self.sources)


COUNTRIES = (
    Careful(
        "ET",
        "a law of 2002 forbade calls over the internet; that of 2012 against telecom fraud punishes whoever sells them,"
        " and whoever buys them of him, with prison, and was first reported as meant for everybody who calls",
        (
            Source(
                "Horn Affairs, with the draft of Proclamation 761/2012",
                "2012-06-17",
                "https://hornaffairs.com/2012/06/17/skype-me-indeed-text-of-ethiopias-draft-telecom-law/",
            ),
            Source(
                "2merkato, after the Ethiopian Herald",
                "2012-05",
                "https://www.2merkato.com/news/business-proclamations-and-regulations/1271-ethiopia-to-enact-telecom-fraud-legislation",
            ),
        ),
        ("Africa/Addis_Ababa",),
        "the Ministry of Foreign Affairs said on 13 July 2012 that the new law ends the ban on private calls"
        " (http://www.mfa.gov.et/news/more.php?newsid=862)",
    ),
    Careful(
        "AE",
        "calls are a licensed service; using a service that is blocked, or a way round the block, is reported as"
        " punishable with prison or a fine from 250,000 dirhams",
        (
            Source(
                "Gulf News, asking a lawyer on Federal Decree-Laws 5 of 2012 and 34 of 2021",
                "2021 and 2024-09-11",
                "https://gulfnews.com/living-in-uae/telephone-internet/beware-dh2-million-fine-for-misusing-vpn-in-uae-1.1629641137825",
            ),
            Source(
                "Hadef & Partners, on the regulator's policy",
                "2019-08-18",
                "https://www.hadefpartners.com/News/400/VPN-and-VOIP",
            ),
        ),
        ("Asia/Dubai",),
        "services that the regulator permits may be used",
    ),
    Careful(
        "OM",
        "calls over the internet without a licence were punished with up to two years, and led to arrests: 212 in 2009,"
        " others in 2018, as reported",
        (
            Source(
                "The Register, after Menafn", "2009-11-20", "https://www.theregister.co.uk/2009/11/20/oman_and_voip/"
            ),
            Source(
                "Times of Oman, quoting the regulator",
                "2018-12-09",
                "https://timesofoman.com/article/70192-expats-arrested-for-selling-illegal-international-calling-services-in-oman",
            ),
        ),
        ("Asia/Muscat",),
        "both reports are of people who sold calls",
    ),
    Careful(
        "TM",
        "people have to swear off ways round the filters, and some who installed them for others were arrested,"
        " as reported",
        (
            Source(
                "Al Arabiya, after Radio Free Europe",
                "2021-08-14",
                "https://english.alarabiya.net/variety/2021/08/14/Residents-of-Turkmenistan-have-to-swear-on-the-Quran-to-get-internet-Reports",
            ),
            Source(
                "Novichok Times, after Radio Liberty",
                "2021-08-10",
                "https://novichoktimes.com/2021/08/10/in-turkmenistan-to-connect-to-the-internet-they-require-an-oath-on-the-koran-with-the-refusal-to-use-vpn/",
            ),
        ),
        ("Asia/Ashgabat",),
        "no source was found that speaks of calls",
    ),
    Careful(
        "KP",
        "private use of the network is not free, and whoever calls abroad was sent to camps, as reported",
        (
            Source(
                "Amnesty International, Connection Denied (ASA 24/3373/2016)",
                "2016-03",
                "https://www.amnesty.org/en/documents/asa24/3373/2016/en/",
            ),
        ),
        ("Asia/Pyongyang",),
        "the report is of mobile telephones",
    ),
)


def careful(country: str | None) -> Careful | None:
    """The row of a country, if there is one."""
    return next((row for row in COUNTRIES if row.country == country), None)
