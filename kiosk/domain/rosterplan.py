"""What becomes of a roster when somebody types an officer or brings a file.

A person keeps what is theirs under an id of their own. Numbers and names come again: a badge goes
to the next officer, people marry, are promoted, and come back. So an entry that fits one person of
the roster in number and name is that person, and any other entry that touches somebody is a
question. A person answers it with a word; nothing is guessed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from kiosk.domain.people import Officer, OfficerId, RosterEntry, SectionId, name_key, number_key
from kiosk.domain.refusal import Refusal, Refusals


class Word(StrEnum):
    """What somebody says about an entry that is a question."""

    RENAMED = "renamed"
    """The same person, with another name or number."""
    NEW = "new"
    """Another person. Who has the number retires."""
    RETURNED = "returned"
    """The person who had retired is back."""
    LEAVE = "leave"
    """Change nothing."""


class Why(StrEnum):
    """Why an entry is a question."""

    OTHER_NAME = "other-name"
    """Somebody with another name has the number."""
    OTHER_NUMBER = "other-number"
    """Somebody with this name has another number."""
    NUMBER_MOVES = "number-moves"
    """Somebody with another name has the number, and somebody with this name has another."""
    OTHER_PERSON = "other-person"
    """The entry's id is of somebody with another number and another name."""
    RETIRED = "retired"
    """Somebody with this name has retired."""
    TWICE = "twice"
    """Another entry has this name."""


_WORDS = {
    Why.OTHER_NAME: (Word.RENAMED, Word.NEW, Word.LEAVE),
    Why.OTHER_NUMBER: (Word.RENAMED, Word.NEW, Word.LEAVE),
    Why.NUMBER_MOVES: (Word.NEW, Word.LEAVE),
    Why.OTHER_PERSON: (Word.RENAMED, Word.LEAVE),
    Why.RETIRED: (Word.RETURNED, Word.NEW, Word.LEAVE),
    Why.TWICE: (Word.NEW, Word.LEAVE),
}

_QUESTIONS = {
    Why.OTHER_NAME: "asks_other_name",
    Why.OTHER_NUMBER: "asks_other_number",
    Why.NUMBER_MOVES: "asks_number_moves",
    Why.OTHER_PERSON: "asks_other_person",
    Why.RETIRED: "asks_retired",
    Why.TWICE: "asks_twice",
}
"""Keys of refusals."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`about`: the person whom the question named, as the one who answers read it. Empty: whoever
    it is now."""

    word: Word
    about: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """`met`: the person of the roster whom the entry touches."""

    entry: RosterEntry
    met: Officer
    why: Why
    words: tuple[Word, ...]

    @property
    def retires(self) -> bool:
        """Whether `met` retires where the entry is another person."""
        return self.why in (Why.OTHER_NAME, Why.NUMBER_MOVES)

    @property
    def refusal(self) -> Refusal:
        """What is unclear, by number and name."""
        return Refusal(
            _QUESTIONS[self.why],
            number=self.entry.number,
            officer=self.entry.name,
            met_number=self.met.number,
            met=self.met.name,
        )


@dataclass(frozen=True, slots=True)
class Change:
    before: Officer
    after: Officer

    @property
    def renamed(self) -> bool:
        return name_key(self.before.name) != name_key(self.after.name)

    @property
    def renumbered(self) -> bool:
        return self.before.number != self.after.number


@dataclass(frozen=True, slots=True)
class RosterPlan:
    """What would be written, and what somebody has to say first. Nothing may be written while there
    are questions."""

    added: tuple[Officer, ...] = ()
    changed: tuple[Change, ...] = ()
    returned: tuple[Change, ...] = ()
    unchanged: tuple[Officer, ...] = ()
    retired: tuple[Officer, ...] = ()
    """As they were: another person gets their number."""
    questions: tuple[Question, ...] = ()

    @property
    def officers(self) -> tuple[Officer, ...]:
        """Everybody who is written: those who retire first."""
        return (
            *(replace(officer, retired=True) for officer in self.retired),
            *(change.after for change in (*self.changed, *self.returned)),
            *self.added,
        )


class BadPlan(Refusals):
    """Entries that fit no roster, whatever anybody says."""


def plan(
    roster: Iterable[Officer],
    entries: Sequence[RosterEntry],
    answers: Mapping[str, Answer],
    new_id: Callable[[], OfficerId],
    *,
    whole: bool = False,
) -> RosterPlan:
    """What `entries` make of `roster`, with `answers` by number. Who is in no entry stays as they
    are. `whole`: an empty position or section empties it; else it changes nothing. BadPlan."""
    planning = _Planning({officer.id: officer for officer in roster}, entries, new_id, whole=whole)
    for entry in entries:
        planning.take(entry, answers.get(entry.number))
    return planning.plan()


@dataclass(frozen=True, slots=True)
class _Certain:
    """Whom an entry is about: None: somebody new."""

    person: Officer | None


@dataclass(frozen=True, slots=True)
class _Doubt:
    """Whom an entry may be about. `alone`: nobody else could be meant."""

    person: Officer
    why: Why
    alone: bool = True

    @property
    def words(self) -> tuple[Word, ...]:
        words = _WORDS[self.why]
        return words if self.alone else tuple(w for w in words if w in (Word.NEW, Word.LEAVE))


@dataclass(slots=True)
class _Lists:
    added: list[Officer] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    returned: list[Change] = field(default_factory=list)
    unchanged: list[Officer] = field(default_factory=list)
    retired: list[Officer] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)


class _Planning:
    def __init__(
        self,
        people: dict[OfficerId, Officer],
        entries: Sequence[RosterEntry],
        new_id: Callable[[], OfficerId],
        *,
        whole: bool,
    ) -> None:
        self._people, self._new_id, self._whole = people, new_id, whole
        self._lists = _Lists()
        self._problems: list[Refusal] = []
        active = [officer for officer in people.values() if not officer.retired]
        self._exact = {(o.number, name_key(o.name)): o for o in active}
        meant = [(entry, self._person_of(entry)) for entry in entries]
        self._meant = {person.id for _, person in meant if person}
        """Whom some entry is about without a doubt."""
        leaving = {person.id for entry, person in meant if person and _moves(person, entry)}
        self._holders = {o.number: o for o in active if o.id not in leaving}
        """Who has a number, and keeps it."""
        self._taken: dict[OfficerId, RosterEntry] = {}
        self._new_names: dict[str, Officer] = {}

    def take(self, entry: RosterEntry, answer: Answer | None) -> None:
        """Plan one entry, with what somebody said about it."""
        match self._meet(entry):
            case _Certain(person=None):
                self._add(entry)
            case _Certain(person=Officer() as person):
                self._renew(entry, person)
            case _Doubt() as doubt:
                self._take_word(entry, doubt, answer)

    def _take_word(self, entry: RosterEntry, doubt: _Doubt, answer: Answer | None) -> None:
        about_this = answer is not None and answer.about in ("", doubt.person.id)
        if answer is None or not about_this or answer.word not in doubt.words:
            question = Question(entry=entry, met=doubt.person, why=doubt.why, words=doubt.words)
            self._lists.questions.append(question)
        elif answer.word is Word.NEW:
            self._add(entry)
        elif answer.word is not Word.LEAVE:
            self._renew(entry, doubt.person)

    def plan(self) -> RosterPlan:
        self._refuse_shared_numbers()
        if self._problems:
            raise BadPlan(self._problems)
        lists = self._lists
        return RosterPlan(
            added=tuple(lists.added),
            changed=tuple(lists.changed),
            returned=tuple(lists.returned),
            unchanged=tuple(lists.unchanged),
            retired=tuple(lists.retired),
            questions=tuple(lists.questions),
        )

    # --- whom an entry is about ---------------------------------------------------------------

    def _person_of(self, entry: RosterEntry) -> Officer | None:
        """Whom an entry is about without a doubt."""
        owner = self._people.get(OfficerId(entry.id))
        if owner is not None and name_key(owner.name) == name_key(entry.name):
            return owner
        return self._exact.get((entry.number, name_key(entry.name)))

    def _meet(self, entry: RosterEntry) -> _Certain | _Doubt | None:
        """None: the entry is refused."""
        exact = self._exact.get((entry.number, name_key(entry.name)))
        owner = self._people.get(OfficerId(entry.id))
        if owner is not None and exact is not None and exact is not owner:
            self._problems.append(
                Refusal("id_of_another", number=entry.number, officer=entry.name, other=owner.name)
            )
            return None
        if exact is not None:
            return _Certain(exact)
        if owner is None or (owner.retired and self._is_old(owner, entry)):
            return self._meet_by_words(entry)
        why = _doubt_of_owner(owner, entry)
        return _Doubt(owner, why) if why else _Certain(owner)

    def _is_old(self, owner: Officer, entry: RosterEntry) -> bool:
        """Whether an id of somebody who retired says nothing any more."""
        return name_key(owner.name) != name_key(entry.name) or entry.number in self._holders

    def _meet_by_words(self, entry: RosterEntry) -> _Certain | _Doubt:
        """Of an entry that fits nobody in number and name."""
        holder = self._holders.get(entry.number)
        namesakes = _namesakes(self._people.values(), entry)
        free = [officer for officer in namesakes.active if officer.id not in self._meant]
        if holder is not None:
            return _Doubt(holder, Why.NUMBER_MOVES if free else Why.OTHER_NAME)
        if free:
            return _Doubt(free[0], Why.OTHER_NUMBER, alone=len(free) == 1)
        if retired := namesakes.retired:
            return _Doubt(retired[-1], Why.RETIRED, alone=len(retired) == 1)
        twin = self._new_names.get(name_key(entry.name)) or next(iter(namesakes.active), None)
        return _Doubt(twin, Why.TWICE) if twin else _Certain(None)

    # --- what becomes of it -------------------------------------------------------------------

    def _add(self, entry: RosterEntry) -> None:
        holder = self._holders.get(entry.number)
        if holder is not None:
            self._claim(holder, entry)
            self._lists.retired.append(holder)
        id_ = OfficerId(entry.id)
        new_ids = {officer.id for officer in self._lists.added}
        while not id_ or id_ in self._people or id_ in new_ids:
            id_ = self._new_id()
        officer = Officer(
            id=id_,
            number=entry.number,
            name=entry.name,
            position=entry.position,
            section=SectionId(entry.section),
        )
        self._new_names[name_key(entry.name)] = officer
        self._lists.added.append(officer)

    def _renew(self, entry: RosterEntry, person: Officer) -> None:
        self._claim(person, entry)
        whole = self._whole
        after = replace(
            person,
            number=entry.number,
            name=entry.name,
            position=entry.position if whole or entry.position else person.position,
            section=SectionId(entry.section) if whole or entry.section else person.section,
            retired=False,
        )
        if after == person:
            self._lists.unchanged.append(person)
        elif person.retired:
            self._lists.returned.append(Change(before=person, after=after))
        else:
            self._lists.changed.append(Change(before=person, after=after))

    def _claim(self, person: Officer, entry: RosterEntry) -> None:
        """One entry is about one person."""
        other = self._taken.setdefault(person.id, entry)
        if other is not entry:
            numbers = f"{other.number}, {entry.number}"
            self._problems.append(Refusal("person_twice", officer=person.name, numbers=numbers))

    def _refuse_shared_numbers(self) -> None:
        lists = self._lists
        after = {**self._people, **{officer.id: officer for officer in lists.added}}
        after.update({officer.id: replace(officer, retired=True) for officer in lists.retired})
        changes = (*lists.changed, *lists.returned)
        after.update({change.after.id: change.after for change in changes})
        holders: dict[str, Officer] = {}
        for officer in after.values():
            if officer.retired:
                continue
            holder = holders.setdefault(officer.number, officer)
            if holder is not officer:
                self._problems.append(
                    Refusal("number_taken", number=officer.number, officer=holder.name)
                )


def _moves(person: Officer, entry: RosterEntry) -> bool:
    return not person.retired and person.number != entry.number


@dataclass(frozen=True, slots=True)
class _Namesakes:
    active: tuple[Officer, ...]
    retired: tuple[Officer, ...]
    """Those who had the entry's number; where there is none, all."""


def _namesakes(people: Iterable[Officer], entry: RosterEntry) -> _Namesakes:
    """Who has the entry's name."""
    key = name_key(entry.name)
    namesakes = [officer for officer in people if name_key(officer.name) == key]
    retired = tuple(officer for officer in namesakes if officer.retired)
    of_number = tuple(officer for officer in retired if officer.number == entry.number)
    return _Namesakes(
        active=tuple(officer for officer in namesakes if not officer.retired),
        retired=of_number or retired,
    )


def _doubt_of_owner(owner: Officer, entry: RosterEntry) -> Why | None:
    """Of an entry with the id of a person who does not fit it in number and name."""
    if owner.retired:
        return Why.RETIRED
    if name_key(owner.name) == name_key(entry.name):
        # A number that changes alone is a promotion; but spreadsheets make 7 of 007.
        alike = number_key(owner.number) == number_key(entry.number)
        return Why.OTHER_NUMBER if alike else None
    return Why.OTHER_NAME if owner.number == entry.number else Why.OTHER_PERSON
