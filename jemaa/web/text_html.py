"""Web room. The HTML of the page without JavaScript: values in, text out, everything that people wrote escaped.

Two documents: the *page* with the forms, and inside it *now*, which the browser asks for again and again, so that what
somebody is writing stays where it is while captions and chat go on. Newest first, because nothing can scroll it.
"""

import html
from collections.abc import Mapping
from dataclasses import dataclass

from jemaa.meeting.ids import PersonId
from jemaa.meeting.state import State

from .strings import direction

SHOWN_CAPTIONS = 12
SHOWN_MESSAGES = 10

LANGUAGES = {"en": "English", "fr": "Français", "ar": "العربية"}

_STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:1.05rem/1.55 system-ui,sans-serif;max-width:44rem;margin:0 auto;padding:0 1rem 2rem}"
    "h1{font-size:1.4rem}h2{font-size:1.1rem;margin:1.4rem 0 .4rem}"
    "iframe{width:100%;height:26rem;border:1px solid GrayText;border-radius:.4rem}"
    "label{display:block;margin:.5rem 0 .2rem}"
    "input,textarea{font:inherit;width:100%;box-sizing:border-box;padding:.4rem}"
    "button{font:inherit;padding:.5rem 1.2rem;margin-top:.6rem;min-height:2.75rem}"
    "ol,ul{padding-inline-start:1.2rem}li{margin:.25rem 0}"
    ".notice{border-inline-start:.3rem solid;padding:.4rem .8rem}.quiet{opacity:.75}"
    "a:focus-visible,button:focus-visible,input:focus-visible,textarea:focus-visible{outline:3px solid Highlight}"
)

Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class View:
    """Who looks at which session, in which language."""

    session: str
    state: State
    person: PersonId | None
    language: str
    languages: tuple[str, ...]
    words: Words

    def word(self, key: str, **values: object) -> str:
        """A string of `text.*`, escaped, with its places filled in (which are escaped too)."""
        template = self.words.get(f"text.{key}", key)
        return html.escape(template.format(**{name: str(value) for name, value in values.items()}))

    def address(self, rest: str = "", **query: object) -> str:
        """A path of this session's text page, for an attribute."""
        parameters = "&".join(f"{name}={value}" for name, value in ({"lang": self.language} | query).items())
        return html.escape(f"/s/{self.session}/text{rest}?{parameters}")


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody sent that was refused, and why: he finds his words again."""

    notice: str = ""
    name: str = ""
    question: str = ""
    message: str = ""


def page(view: View, draft: Draft) -> str:
    """The whole page."""
    state = view.state
    notice = f'<p class="notice" role="status">{html.escape(draft.notice)}</p>' if draft.notice else ""
    body = (
        f"<h1>{_own(state.title)}</h1>{_room(state)}{notice}"
        f'<p><a href="/s/{view.session}?lang={view.language}">{view.word("full")}</a> · '
        f'<a href="/s/{view.session}/radio.opus?kbps=12">{view.word("radio")}</a> · '
        f'<a href="/s/{view.session}/radio.mp3">{view.word("radio_mp3")}</a> · '
        f'<a href="/check?session={view.session}&amp;lang={view.language}">{view.word("check")}</a></p>'
        f'<iframe name="now" title="{view.word("now")}" src="{view.address("/now")}"></iframe>'
        f'<p><a href="{view.address("/now")}" target="now">{view.word("update")}</a></p>'
        + (_closed(view) if state.phase == "closed" else _ask(view, draft) + _mine(view) + _say(view, draft))
        + _language_links(view)
    )
    return _document(view, state.title, body, "")


def now(view: View) -> str:
    """What goes on: the floor, the agenda, captions, chat. Asks for itself again, and is held until there is news."""
    state = view.state
    again = view.address("/now", after=state.seq)
    refresh = "" if state.phase == "closed" else f'<meta http-equiv="refresh" content="1;url={again}">'
    body = (
        f'<p data-testid="state">{view.word("phase." + state.phase)} {_own(state.recess_reason)}</p>'
        f"<h2>{view.word('floor')}</h2>{_floor(view)}"
        f"{_agenda(view)}"
        f'<h2>{view.word("captions")}</h2><div data-testid="captions">{_captions(view)}</div>'
        f'<h2>{view.word("chat")}</h2><div data-testid="chat">{_chat(view)}</div>'
    )
    return _document(view, state.title, body, refresh)


def closed_door(view: View, notice: str) -> str:
    """A meeting by invitation: the code, or the whole link, opens it."""
    told = f'<p class="notice" role="alert">{html.escape(notice)}</p>' if notice else ""
    body = (
        f"<h1>Jemaa</h1>{told}<p>{view.word('code.why')}</p>"
        f'<form method="post" action="{view.address("/code")}">'
        f'<label for="code">{view.word("code")}</label>'
        f'<input id="code" name="code" required maxlength="2000" autocomplete="off" dir="ltr">'
        f'<button type="submit">{view.word("code.enter")}</button></form>' + _language_links(view)
    )
    return _document(view, "Jemaa", body, "")


def _document(view: View, title: str, body: str, head: str) -> str:
    return (
        f'<!doctype html><html lang="{view.language}" dir="{direction(view.language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)}</title>{head}<style>{_STYLE}</style></head><body><main>{body}</main></body></html>"
    )


def _own(text: str) -> str:
    """What somebody wrote, in its own direction, so that it cannot turn what stands around it."""
    return f'<bdi dir="auto">{html.escape(text)}</bdi>' if text else ""


def _room(state: State) -> str:
    return f"<p>{_own(state.room)}</p>" if state.room else ""


def _name(view: View, person: PersonId) -> str:
    known = view.state.persons.get(person)
    return _own(known.name) if known else view.word("somebody")


def _floor(view: View) -> str:
    if not view.state.floor:
        return f'<p class="quiet" data-testid="floor">{view.word("floor.nobody")}</p>'
    return '<p data-testid="floor">' + " · ".join(_name(view, person) for person in view.state.floor) + "</p>"


def _agenda(view: View) -> str:
    state = view.state
    if not state.agenda:
        return ""
    items = "".join(
        f'<li aria-current="true"><strong>{_own(item)}</strong></li>'
        if place == state.item
        else f"<li>{_own(item)}</li>"
        for place, item in enumerate(state.agenda)
    )
    return f"<h2>{view.word('agenda')}</h2><ol>{items}</ol>"


def _captions(view: View) -> str:
    lines = reversed(view.state.captions[-SHOWN_CAPTIONS:])
    found = "".join(f'<p lang="{html.escape(line.language)}">{_own(line.text)}</p>' for line in lines)
    return found or f'<p class="quiet">{view.word("captions.none")}</p>'


def _chat(view: View) -> str:
    said = [one for one in view.state.messages.values() if not one.removed][-SHOWN_MESSAGES:]
    found = "".join(f"<p><strong>{_name(view, one.person)}</strong> {_own(one.text)}</p>" for one in reversed(said))
    return found or f'<p class="quiet">{view.word("chat.none")}</p>'


def _name_field(view: View, draft: Draft, number: int) -> str:
    if view.person in view.state.persons:
        return ""
    return (
        f'<label for="name{number}">{view.word("name")}</label>'
        f'<input id="name{number}" name="name" required maxlength="80" autocomplete="name" '
        f'value="{html.escape(draft.name)}">'
    )


def _ask(view: View, draft: Draft) -> str:
    if not view.state.doors.questions:
        return f"<h2>{view.word('ask.title')}</h2><p class=quiet>{view.word('ask.closed')}</p>"
    return (
        f'<h2>{view.word("ask.title")}</h2><form method="post" action="{view.address()}">{_name_field(view, draft, 1)}'
        f'<label for="question">{view.word("question")}</label>'
        f'<textarea id="question" name="text" rows="3" required maxlength="2000">'
        f"{html.escape(draft.question)}</textarea>"
        f'<button type="submit">{view.word("ask")}</button></form>'
    )


def _mine(view: View) -> str:
    mine = [one for one in view.state.questions.values() if one.person == view.person]
    if not mine:
        return ""
    items = "".join(
        f"<li>{_own(one.text) or view.word('voice')} — {view.word('question.' + one.status)} {_own(one.reason)}</li>"
        for one in mine
    )
    return f'<h2>{view.word("mine")}</h2><ul data-testid="questions">{items}</ul>'


def _say(view: View, draft: Draft) -> str:
    if not view.state.doors.chat:
        return f"<h2>{view.word('chat')}</h2><p class=quiet>{view.word('chat.closed')}</p>"
    return (
        f'<h2>{view.word("chat")}</h2><form method="post" action="{view.address("/chat")}">'
        f"{_name_field(view, draft, 2)}"
        f'<label for="message">{view.word("message")}</label>'
        f'<input id="message" name="text" required maxlength="2000" value="{html.escape(draft.message)}">'
        f'<button type="submit">{view.word("say")}</button></form>'
    )


def _closed(view: View) -> str:
    return f"<p>{view.word('phase.closed')}</p>" + _mine(view)


def _language_links(view: View) -> str:
    links = [
        f'<a href="/s/{view.session}/text?lang={tag}" lang="{tag}" hreflang="{tag}">'
        f"{html.escape(LANGUAGES.get(tag, tag))}</a>"
        for tag in view.languages
        if tag != view.language
    ]
    return f'<p class="quiet">{" · ".join(links)}</p>'
