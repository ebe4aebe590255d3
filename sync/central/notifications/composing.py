"""What a notification says, in its reader's language: as plain text, as HTML, in one line.

The subject has neither a name nor a figure: it stands on a locked telephone.
"""

from dataclasses import dataclass, field
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from sync.central.carewords import care_words
from sync.central.language import Words, words
from sync.central.logbook import read_told
from sync.central.logwords import log_words
from sync.central.notifying import TOPICS, Phase, Topic
from sync.central.usecases.central import Central
from sync.central.usecases.notifications import Notification
from sync.central.usecases.upkeep import Trouble


@dataclass(frozen=True, slots=True)
class File:
    """A sheet: PDF."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Composed:
    """`lines`: paragraphs, the first one what this is about; `link`: where to look."""

    subject: str
    lines: tuple[str, ...]
    things: tuple[str, ...]
    link: str
    language: str
    footer: tuple[str, ...] = ()
    files: tuple[File, ...] = field(default=(), repr=False)

    @property
    def text(self) -> str:
        """Plain."""
        first, *others = self.lines
        things = [f"• {thing}" for thing in self.things]
        parts = [first, *(["\n".join(things)] if things else []), *others, self.link]
        if self.footer:
            parts.append("-- \n" + "\n".join(self.footer))
        return "\n\n".join(part for part in parts if part) + "\n"

    @property
    def html(self) -> str:
        return _template().render(message=self)

    @property
    def short(self) -> str:
        """Without the footer: for LINE and a webhook."""
        return Composed(
            subject=self.subject,
            lines=self.lines,
            things=self.things,
            link=self.link,
            language=self.language,
        ).text.strip()


def composed(
    central: Central, one: Notification, language: str, files: tuple[File, ...] = ()
) -> Composed:
    """What a notification says. `files`: the sheet, where it may go along."""
    topic, of = TOPICS[one.topic], words(language)
    things: tuple[str, ...] = ()
    if topic.is_sheet:
        key = "sheet_with" if files else "sheet_link"
        lines = (_sentence(language, topic, one.what), of.get(f"notification.{key}"))
    else:
        things = tuple(_sentence(language, topic, what) for what in one.what.splitlines())
        is_over = one.phase is Phase.OVER
        lines = (
            of.get("notification.over" if is_over else "notification.began"),
            "" if is_over else of.get(f"topic_do.{topic.id}"),
        )
    return Composed(
        subject=subject(of, topic, one.phase),
        lines=lines,
        things=things,
        link=link(central, topic),
        language=language,
        footer=footer(central, of),
        files=files,
    )


def subject(of: Words, topic: Topic, phase: Phase) -> str:
    about = of.get(f"topic.{topic.id}")
    return of.get(f"notification.subject_{phase.value}", about=about)


def link(central: Central, topic: Topic) -> str:
    """The page that says more, for who may read it."""
    return (
        f"{_root(central)}/{topic.page}/{central.site}"
        if topic.page != "officer"
        else (f"{_root(central)}/")
    )


def footer(central: Central, of: Words) -> tuple[str, ...]:
    return (
        central.settings.name,
        of.get("notification.why"),
        f"{_root(central)}/my-notifications",
    )


def proof_message(central: Central, code: str, language: str) -> Composed:
    """The code that proves an address."""
    of = words(language)
    return Composed(
        subject=of.get("notification.subject_code"),
        lines=(of.get("notification.code", code=code), of.get("notification.code_how")),
        things=(),
        link=f"{_root(central)}/my-notifications",
        language=language,
        footer=(central.settings.name,),
    )


def trial_message(central: Central, language: str) -> Composed:
    """What the button sends."""
    of = words(language)
    return Composed(
        subject=of.get("notification.subject_trial"),
        lines=(of.get("notification.trial"),),
        things=(),
        link=f"{_root(central)}/notifications/{central.site}",
        language=language,
        footer=(central.settings.name,),
    )


def thing_words(language: str, topic: str, what: str) -> str:
    """One thing that a notification is about, as a sentence."""
    return _sentence(language, TOPICS[topic], what)


def _sentence(language: str, topic: Topic, what: str) -> str:
    if topic.id != "care":
        return log_words(language, what, "topic_says")
    key, values = read_told(what)
    if key == "more":
        return log_words(language, what, "topic_says")
    inner = str(values.pop("what", ""))
    numbers = {name: int(value) for name, value in values.items()}
    return care_words(language, Trouble(key=key, values=numbers, what=inner))


def _root(central: Central) -> str:
    return central.settings.url.rstrip("/")


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("sync.central.notifications", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("mail.html")
