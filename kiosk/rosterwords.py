"""How a command line says what becomes of a roster, and takes the words that it needs. Two programs
have such commands."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Annotated

import typer

from kiosk.domain.people import Officer
from kiosk.domain.rosterplan import Answer, RosterPlan, Word
from kiosk.language import counted, in_english

Numbers = list[str]
Renamed = Annotated[
    Numbers | None,
    typer.Option(help="The same person has another name or number now; repeat for more numbers."),
]
New = Annotated[
    Numbers | None,
    typer.Option(help="Another person; who has the number now retires. Repeat for more."),
]
Returned = Annotated[
    Numbers | None, typer.Option(help="The person who had left is back; repeat for more.")
]
Leave = Annotated[Numbers | None, typer.Option(help="Change nothing here; repeat for more.")]


class SaidTwice(ValueError):
    """Two words about one number."""


def answers_from(words: Mapping[Word, Iterable[str] | None]) -> dict[str, Answer]:
    """The options' words by number; SaidTwice names a number that has two."""
    answers: dict[str, Answer] = {}
    for word, numbers in words.items():
        for number in numbers or ():
            if number in answers:
                raise SaidTwice(f"--{answers[number].word} and --{word} both name {number[:40]!r}")
            answers[number] = Answer(word=word)
    return answers


_MEANINGS = {
    Word.RENAMED: "the same person, who keeps the ratings",
    Word.NEW: "another person, and who has the number retires",
    Word.RETURNED: "the person who had left is back",
    Word.LEAVE: "change nothing",
}


def question_lines(plan: RosterPlan, words: Collection[Word] = tuple(Word)) -> Iterator[str]:
    """Each number that needs a word, and then what the words mean. `words`: those that the command
    takes."""
    asked: set[Word] = set()
    for question in plan.questions:
        usable = [word for word in question.words if word in words]
        asked.update(usable)
        choices = " or ".join(f"--{word} {question.entry.number}" for word in usable)
        yield f"{in_english(question.refusal)}: {choices}"
    numbers = counted(len(plan.questions), "number needs", "numbers need")
    meanings = "; ".join(f"--{word}: {_MEANINGS[word]}" for word in Word if word in asked)
    yield f"nothing was written: {numbers} a word. {meanings}"


def change_lines(plan: RosterPlan) -> Iterator[str]:
    """What was written, or would be."""
    for officer in plan.added:
        yield f"new        {_who(officer)}"
    for change in plan.changed:
        yield f"changed    {_who(change.after)}   (was {_who(change.before)})"
    for change in plan.returned:
        yield f"returned   {_who(change.after)}"
    for officer in plan.retired:
        yield f"retired    {_who(officer)}"
    if plan.unchanged:
        yield f"unchanged  {counted(len(plan.unchanged), 'officer', 'officers')}"


def _who(officer: Officer) -> str:
    parts = (f"{officer.number} {officer.name}", officer.position, officer.section)
    return ", ".join(part for part in parts if part)
