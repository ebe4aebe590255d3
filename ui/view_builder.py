"""From where the terminal stands to what its screen must show. Pure; no Qt."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from math import ceil

from kiosk.domain.businessday import next_opening
from kiosk.domain.encounter import Encounter, Phase
from kiosk.domain.ownresult import OwnResult
from kiosk.domain.people import Officer
from kiosk.domain.refusal import Refusal
from kiosk.domain.wording import (
    DEFAULT_QUESTION,
    DEFAULT_REASONS,
    LANGUAGES,
    Bilingual,
    ReasonWords,
    Wording,
)
from kiosk.settings.definition import Settings
from ui.citizen_turn import Turn
from ui.dates import (
    date_words,
    day_words,
    hours_words,
    moment_words,
    now_words,
    opening_words,
    time_words,
)
from ui.dialogs import PanelWizard, Purpose, SetupStage, TypingPin
from ui.failures import NOT_NOW
from ui.names import in_order, initials, matching, next_letters
from ui.own_round import own_round_rows
from ui.qr import qr_matrix
from ui.text import COMPLETE, FALLBACK, Words, languages
from ui.view import (
    Choice,
    ClosedView,
    FaceLabel,
    Frame,
    LinkCode,
    MenuView,
    NoticeCard,
    Now,
    OfficerCard,
    OutOfServiceView,
    PausedView,
    PinView,
    ReadyView,
    ReasonsView,
    SignOnView,
    ThanksView,
    View,
    WaitingView,
)


def card(officer: Officer) -> OfficerCard:
    return OfficerCard(
        id=officer.id,
        number=officer.number,
        name=officer.name,
        position=officer.position,
        initials=initials(officer.name),
        photo=officer.photo,
    )


@dataclass(frozen=True, slots=True)
class PanelState:
    """What is known of the panel. `wanted`: the settings name one."""

    wanted: bool = False
    up: bool = False
    device: str = ""
    trouble: Refusal | None = None
    refused: bool = False
    last_button: int = 0


@dataclass(frozen=True, slots=True)
class Sending:
    """What became of data that staff sent: by the network (`sync`) or by a `stick`. `code` is the
    command's exit code, None: it goes on. `trouble`: its own words."""

    errand: str
    code: int | None = None
    trouble: str = ""

    @property
    def key(self) -> str:
        """The word for it."""
        if self.code is None:
            return f"service.{self.errand}_goes"
        if self.code == 0:
            return f"service.{self.errand}_done"
        return f"service.{self.errand}_later" if self.code == NOT_NOW else "service.send_failed"


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """What the service menu shows. Holds no score."""

    last_sync: datetime | None
    enrolled: bool
    due: int
    free_mib: int
    version: str
    queue: tuple[Refusal, ...] | None = None
    """The ticket machine's troubles; None: there is no machine."""
    guide: tuple[Refusal, ...] | None = None
    """The same of the audible guide."""
    sending: Sending | None = None
    may_set_up: bool = False
    """Whether a panel may be set up now: nobody can rate meanwhile."""
    foreign_days: tuple[date, ...] = ()
    """That central has under this terminal's name, and that it never made."""
    clock_off: int = 0
    """Minutes by which this clock is ahead of central's; 0: it is right."""
    authority_days: int | None = None
    """Days until central's certificate, as this terminal has it, ends; None: not soon."""


class ViewBuilder:
    """Makes views of one terminal in one language."""

    def __init__(
        self,
        settings: Settings,
        words: Words,
        wording: Wording,
        qr: tuple[tuple[bool, ...], ...],
    ) -> None:
        self._settings, self._words, self._wording, self._qr = settings, words, wording, qr
        staff_language = words.code if words.code in COMPLETE else FALLBACK
        self._staff_words = replace(Words.load(staff_language), digits={})
        """Staff's pages have a pad and names of devices: all in Arabic digits."""

    def with_code(self, qr: Callable[[str], tuple[tuple[bool, ...], ...]]) -> "ViewBuilder":
        """The same with `qr` of the address for comments."""
        address = self._wording.comment_url or self._settings.comments.url
        return ViewBuilder(self._settings, self._words, self._wording, qr(address))

    @property
    def has_code(self) -> bool:
        """Whether the thanks show a code to scan."""
        return bool(self._qr)

    @property
    def language(self) -> str:
        return self._words.code

    def say(self, key: str, **fields: object) -> str:
        return self._words.get(key, **fields)

    def staff_say(self, key: str, **fields: object) -> str:
        return self._staff_words.get(key, **fields)

    @property
    def frame(self) -> Frame:
        return self._frame(self._words)

    @property
    def staff_frame(self) -> Frame:
        return self._frame(self._staff_words)

    def _frame(self, words: Words) -> Frame:
        office = self._settings.office
        counter = words.get("frame.counter", counter=office.counter)
        return Frame(office.name.in_language(words.code), counter)

    def _card(self, officer: Officer) -> OfficerCard:
        """As a citizen's page shows it."""
        return card(officer)._replace(number=self._words.written(officer.number))

    def reason(self, reason: ReasonWords) -> str:
        """A reason that the office did not reword has words in every language."""
        if self.language not in LANGUAGES and reason in DEFAULT_REASONS:
            return self.say(f"reason.{reason.id}")
        return reason.words.in_language(self.language)

    def question(self) -> str:
        """What the citizen is asked: as central sent it, else the settings'."""
        sent = Bilingual(th=self._wording.question_th, en=self._wording.question_en)
        sent_question = sent.in_language(self.language)
        own = self._settings.question.words
        if not sent_question and self.language not in LANGUAGES and own == DEFAULT_QUESTION:
            return self.say("ready.question")
        return sent_question or own.in_language(self.language)

    def prompt_words(self) -> dict[str, str]:
        """The office's own words for what the audible guide says, by prompt."""
        usual = self._usual_prompt_words()
        levels = self._settings.rules.scale.levels
        level_words = self._settings.scale.words(self.language)
        words = {"question": self.question()}
        for score, word in enumerate(level_words, start=1):
            words[f"scale{levels}-{score}"] = word
        for reason in self._settings.reasons:
            words[f"reason-{reason.id}"] = self.reason(reason)
        return {name: text for name, text in words.items() if text != usual.get(name)}

    def _usual_prompt_words(self) -> dict[str, str]:
        """What an office that chose no words of its own has said."""
        levels = self._settings.rules.scale.levels
        words = {"question": self.say("ready.question")}
        for score in range(1, levels + 1):
            words[f"scale{levels}-{score}"] = self.say(f"scale{levels}.{score}")
        for reason in DEFAULT_REASONS:
            words[f"reason-{reason.id}"] = self.say(f"reason.{reason.id}")
        return words

    def trouble(self, trouble: str) -> View:
        """`trouble`: one of `failures.trouble_of`."""
        say = self.say
        return OutOfServiceView(
            frame=self.frame,
            title=say("out_of_service.title"),
            subtitle=say("out_of_service.subtitle"),
            for_staff=say("trouble.for_staff"),
            remedy=say(f"trouble.{trouble}"),
        )

    def resting(
        self,
        state: Encounter,
        officer: Officer | None,
        panel: PanelState,
        turn: Turn,
        notice: NoticeCard | None = None,
        *,
        now: datetime,
        follows: Officer | None = None,
        open_now: bool = True,
        closes_soon: bool = False,
    ) -> View:
        """The screen of the encounter itself; `notice` stands while nobody is being served.
        `follows`: who has signed on, though the question is still about `officer`."""
        if state.phase is Phase.OUT_OF_SERVICE:
            return self.trouble(state.trouble)
        if state.phase is Phase.REASONS:
            return self._reasons(turn)
        if state.phase is Phase.THANKS:
            return self.thanks()
        rate = self.say("closed.rate") if state.may_linger else ""
        if state.phase is Phase.PAUSED:
            return self._paused(notice, now)._replace(rate=rate)
        if state.phase is Phase.WAITING and officer is not None:
            return self._waiting(officer)
        if state.phase is Phase.READY and officer is not None:
            ready = self._ready(officer, panel)
            if state.offer is not None:
                return self._offered(ready, turn)
            if state.lingers:
                return self._lingering(ready, turn, closed=state.duty is None)
            return self._standing(ready, follows, closes_soon=closes_soon)
        return self._closed(notice, now, open_now=open_now)._replace(rate=rate)

    def _closed(self, notice: NoticeCard | None, now: datetime, *, open_now: bool) -> ClosedView:
        """Out of hours the office is closed; within them only nobody has signed on here."""
        office = self._settings.office
        opening = next_opening(now, office.opens, office.holidays)
        subtitle = self.say("paused.subtitle")
        if not open_now:
            subtitle = opening_words(self._words, opening, now.date()) if opening else ""
        return ClosedView(
            frame=self.frame,
            title=self.say("closed.nobody" if open_now else "closed.title"),
            subtitle=subtitle,
            sign_on=self.say("closed.sign_on"),
            notice=notice,
            links=self._links(),
            hours=hours_words(self._words, office.opens, office.closes),
            now=self._now(now),
        )

    def _now(self, wall: datetime) -> Now:
        return Now(
            hour=wall.hour,
            minute=wall.minute,
            time=now_words(self._words, wall.time()),
            date=date_words(self._words, wall.date()),
        )

    def _paused(self, notice: NoticeCard | None, now: datetime) -> PausedView:
        return PausedView(
            frame=self.frame,
            title=self.say("paused.title"),
            subtitle=self.say("paused.subtitle"),
            resume=self.say("paused.resume"),
            notice=notice,
            links=self._links(),
            now=self._now(now),
        )

    def _waiting(self, officer: Officer) -> WaitingView:
        return WaitingView(
            frame=self.frame,
            officer=self._card(officer),
            title=self.say("waiting.title"),
            subtitle=self.say("waiting.subtitle"),
            staff=self.say("ready.staff"),
        )

    def board(self, own: tuple[NoticeCard, ...]) -> tuple[NoticeCard, ...]:
        """What there is to show while nobody is being served: the office's `own` notices, then
        what citizens asked for and what it did."""
        cards = list(own)
        for request, answer in self._wording.improvements:
            request_line = self.say("notices.said", words=request)
            answer_line = self.say("notices.done", words=answer)
            body = f"{request_line}\n{answer_line}"
            cards.append(NoticeCard(self.say("notices.told"), body))
        return tuple(cards)

    def _choices(self) -> tuple[str, ...]:
        """The languages to choose from: as the office wants them, else all, its own first."""
        codes, offered_codes = languages(), self._settings.screen.languages
        if offered_codes:
            return tuple(code for code in offered_codes if code in codes)
        return tuple(sorted(codes, key=lambda code: code != self._settings.screen.language))

    def _links(self) -> tuple[LinkCode, ...]:
        return tuple(
            LinkCode(link.words.in_language(self.language), qr_matrix(link.url))
            for link in self._settings.notices.links
        )

    def thanks(self) -> ThanksView:
        """The same for every score: it knows of none."""
        say = self.say
        seconds = ceil(max(self._settings.times.thanks, self._settings.comments.seconds))
        return ThanksView(
            frame=self.frame,
            title=say("thanks.title"),
            subtitle=say("thanks.subtitle"),
            comment=say("thanks.comment", seconds=seconds),
            qr=self._qr,
        )

    def sign_on(self, officers: tuple[Officer, ...], typed: str, *, unknown: bool = False) -> View:
        """`typed`: of a number or a name; the list has who may be meant."""
        say = self.staff_say
        hint = "sign_on.unknown" if unknown else "sign_on.hint"
        listed = in_order(matching(officers, typed))
        return SignOnView(
            frame=self.staff_frame,
            title=say("sign_on.title"),
            hint=say(hint if officers else "sign_on.empty"),
            officers=tuple(card(officer) for officer in listed),
            typed=typed,
            back=say("common.back"),
            pages=(say("common.earlier"), say("common.later")),
            erase=say("common.erase"),
            numerals=tuple(self._staff_words.written(page) for page in range(len(listed) + 1)),
            letters=next_letters(officers, typed),
            by_name=say("sign_on.by_name"),
            by_number=say("sign_on.by_number"),
        )

    def pin(self, dialog: TypingPin, now: float) -> View:
        who = dialog.who
        relieves = dialog.purpose is Purpose.DUTY_MENU
        return PinView(
            frame=self.staff_frame,
            title=self.staff_say("pin.title" if who else "pin.service"),
            who=card(who) if who else None,
            digits=len(dialog.typed),
            message=self._pin_message(dialog, now),
            locked=dialog.locked,
            back=self.staff_say("common.back"),
            erase=self.staff_say("common.erase"),
            change=self.staff_say("pin.change") if relieves else "",
        )

    def _pin_message(self, dialog: TypingPin, now: float) -> str:
        if dialog.locked:
            return self.staff_say("pin.dead")
        if dialog.wait_until > now:
            return self.staff_say("pin.wait", seconds=ceil(dialog.wait_until - now))
        return self.staff_say("pin.wrong") if dialog.wrong else ""

    def duty_menu(
        self, officer: Officer, began: datetime | None, *, has_result: bool = False
    ) -> View:
        """`began`: when this duty did; `has_result`: whether there is an own result to read."""
        words, say = self._staff_words, self.staff_say
        office = self._settings.office
        began_at = moment_words(words, began) if began else ""
        rows = (
            (say("duty.counter"), str(office.counter)),
            *(((say("duty.began"), began_at),) if began_at else ()),
            (say("duty.ends"), now_words(words, office.closes)),
        )
        actions = (
            Choice("pause", say("duty.pause")),
            Choice("hand-over", say("duty.hand_over")),
            *((Choice("own-result", say("own_result.open")),) if has_result else ()),
            Choice("sign-off", say("duty.sign_off")),
            Choice("back", say("common.back")),
        )
        return MenuView(
            frame=self.staff_frame,
            title=say("duty.title"),
            rows=rows,
            actions=actions,
            officer=card(officer),
            foremost=1,
        )

    def own_round(self, officer: Officer, own: OwnResult | None) -> View:
        """What central published of the officer's last closed round; None: nothing is here."""
        return MenuView(
            frame=self.staff_frame,
            title=self.staff_say("own_result.title"),
            rows=own_round_rows(self._staff_words, own),
            actions=(Choice("back", self.staff_say("common.close")),),
            note=officer.name,
        )

    def service_menu(self, facts: ServiceFacts, panel: PanelState, testing: bool) -> View:
        say = self.staff_say
        pressed = say("service.no_press")
        if panel.last_button:
            pressed = say("service.button", button=panel.last_button)
        elif testing:
            pressed = say("service.panel_testing")
        sync, sending = say("service.never"), facts.sending
        if facts.last_sync is not None:
            sync = moment_words(self._staff_words, facts.last_sync)
        rows = (
            (say("service.panel"), self._panel_words(panel)),
            (say("service.last_press"), pressed),
            *self._state_row("service.queue", facts.queue),
            *self._state_row("service.guide", facts.guide),
            (say("service.sync"), sync if facts.enrolled else say("service.not_enrolled")),
            (say("service.due"), str(facts.due)),
            *self._foreign_row(facts.foreign_days),
            *self._care_rows(facts),
            *self._log_row(sending),
            (say("service.disk"), say("service.free", mib=f"{facts.free_mib:,}")),
            (say("service.version"), facts.version),
        )
        going = sending.errand if sending and sending.code is None else ""
        by_stick = bool(self._settings.sync.stick)
        actions = (
            Choice("panel-test", say("service.panel_test"), testing),
            *((Choice("panel-setup", say("service.panel_setup")),) if facts.may_set_up else ()),
            *(
                Choice(errand, say(f"service.{errand}_now"), going == errand)
                for errand, offered in (("sync", True), ("stick", by_stick))
                if facts.enrolled and offered
            ),
            Choice("exit", say("service.exit")),
            Choice("back", say("common.back")),
        )
        note = say(sending.key) if sending else ""
        return MenuView(
            frame=self.staff_frame,
            title=say("service.title"),
            rows=rows,
            actions=actions,
            note=note,
        )

    def panel_setup(self, wizard: PanelWizard) -> View:
        """What is to be pressed now, and how far each face's button has come."""
        say = self.staff_say
        levels = self._settings.rules.scale.levels
        own = self._settings.scale.words(self._staff_words.code)
        usual = tuple(say(f"scale{levels}.{score}") for score in range(1, levels + 1))
        words = tuple(reversed(own or usual))
        place = min(wizard.place, len(words) - 1)
        rows = tuple((word, self._button_words(wizard, at)) for at, word in enumerate(words))
        ports = ", ".join(port.rpartition("/")[2] for port in wizard.ports)
        panel_row = (say("setup.ports"), ports)
        if wizard.profile:
            panel_row = (say("setup.panel"), wizard.profile)
        if wizard.stage is SetupStage.FAILED:
            rows = ()
        again = (Choice("again", say("setup.again")),) if wizard.over else ()
        done = "common.close" if wizard.stage is SetupStage.LEARNED else "common.back"
        return MenuView(
            frame=self.staff_frame,
            title=say(f"setup.{wizard.stage}", word=words[place], time=wizard.time),
            rows=(panel_row, *self._remark_row(wizard.remark), *rows),
            actions=(*again, Choice("back", say(done))),
        )

    def _remark_row(self, remark: Refusal | None) -> tuple[tuple[str, str], ...]:
        if remark is None:
            return ()
        return ((self.staff_say("setup.remark"), self._staff_words.trouble(remark)),)

    def _button_words(self, wizard: PanelWizard, place: int) -> str:
        say = self.staff_say
        proves = wizard.stage is SetupStage.PROVE
        if wizard.stage is SetupStage.LEARNED or (proves and place < wizard.place):
            return say("setup.proved")
        if proves or place < wizard.place:
            return say("setup.pressed", n=2)
        n = wizard.time - 1 if place == wizard.place else 0
        return say("setup.pressed", n=n) if n else "–"

    def _foreign_row(self, days: tuple[date, ...]) -> tuple[tuple[str, str], ...]:
        if not days:
            return ()
        first = day_words(self._staff_words, days[0])
        words = self.staff_say("service.not_mine_days", n=len(days), day=first)
        remedy = (self.staff_say("service.remedy"), self.staff_say("service.not_mine_remedy"))
        return (self.staff_say("service.not_mine"), words), remedy

    def _care_rows(self, facts: ServiceFacts) -> tuple[tuple[str, str], ...]:
        """What somebody has to mend before it hurts."""
        say, rows = self.staff_say, []
        if facts.clock_off:
            key = "service.clock_ahead" if facts.clock_off > 0 else "service.clock_behind"
            rows.append((say("service.clock"), say(key, n=abs(facts.clock_off))))
        if facts.authority_days is not None:
            over = facts.authority_days < 0
            key = "service.authority_over" if over else "service.authority_soon"
            rows.append((say("service.authority"), say(key, n=max(0, facts.authority_days))))
        return tuple(rows)

    def _log_row(self, sending: Sending | None) -> tuple[tuple[str, str], ...]:
        """What the command said stands in the log, in English."""
        if sending is None or not sending.trouble:
            return ()
        return ((self.staff_say("service.detail"), self.staff_say("service.log")),)

    def _state_row(
        self, key: str, troubles: tuple[Refusal, ...] | None
    ) -> tuple[tuple[str, str], ...]:
        """Whether what `key` names is well; nothing where there is none."""
        if troubles is None:
            return ()
        words = self.staff_say("service.works")
        if troubles:
            reason = "; ".join(map(self._staff_words.trouble, troubles))
            words = self.staff_say("service.panel_down", reason=reason)
        return ((self.staff_say(key), words),)

    def _panel_words(self, panel: PanelState) -> str:
        if not panel.wanted:
            return self.staff_say("service.panel_none")
        if panel.up:
            return self.staff_say("service.panel_up", device=panel.device)
        key = "service.panel_refused" if panel.refused else "service.panel_down"
        reason = self._staff_words.trouble(panel.trouble) if panel.trouble else ""
        return self.staff_say(key, reason=reason)

    def _reasons(self, turn: Turn) -> View:
        say, levels = self.say, self._settings.rules.scale.levels
        choices = tuple(
            Choice(reason.id, self.reason(reason), reason.id in turn.ticked)
            for reason in self._settings.reasons
        )
        done = say("reasons.done" if turn.ticked else "reasons.skip")
        keys = (
            FaceLabel(1, levels, say("reasons.next")),
            FaceLabel((levels + 1) // 2, levels, say("reasons.choose")),
            FaceLabel(levels, levels, done),
        )
        warning = ""
        if turn.seconds_left:
            warning = say("reasons.still_there", seconds=turn.seconds_left)
        return ReasonsView(
            frame=self.frame,
            title=say("reasons.title"),
            hint=say("reasons.hint"),
            reasons=choices,
            done=done,
            warning=warning,
            more=say("reasons.more_time") if turn.more else "",
            asks_next=say("reasons.asks_next") if turn.asks_next else "",
            pointed=turn.pointed,
            keys=keys if turn.leads else (),
        )

    def _standing(
        self, ready: ReadyView, follows: Officer | None, *, closes_soon: bool
    ) -> ReadyView:
        """The question that always stands, on duty."""
        if follows is not None:
            return ready._replace(note=self.say("ready.follows", name=follows.name))
        return self._closing(ready) if closes_soon else ready

    def _offered(self, ready: ReadyView, turn: Turn) -> ReadyView:
        """A question that may be declined, and soon goes away. Nobody has staff's corner meanwhile:
        the officer has no business at the screen until the citizen is done."""
        offered = ready._replace(skip=self.say("ready.skip"), staff="")
        if not turn.seconds_left:
            return offered
        note = self.say("ready.closes", seconds=turn.seconds_left)
        more = self.say("reasons.more_time") if turn.more else ""
        return offered._replace(note=note, more=more)

    def _closing(self, ready: ReadyView) -> ReadyView:
        """The question, soon before closing time."""
        closes = time_words(self._words, self._settings.office.closes)
        return ready._replace(note=self.say("ready.closes_at", closes=closes))

    def _lingering(self, ready: ReadyView, turn: Turn, *, closed: bool) -> ReadyView:
        """The question, though nobody serves: the last citizen may still answer it."""
        note = self.say("ready.closed") if closed else ""
        if turn.seconds_left:
            note = self.say("ready.closes", seconds=turn.seconds_left)
        return ready._replace(note=note)

    def _ready(self, officer: Officer, panel: PanelState) -> ReadyView:
        settings = self._settings
        levels = settings.rules.scale.levels
        scores = settings.rules.scale.scores()
        ordered = tuple(reversed(scores)) if settings.scale.best_first else scores
        own = settings.scale.words(self.language)
        faces = tuple(
            FaceLabel(int(s), levels, own[s - 1] if own else self.say(f"scale{levels}.{s}"))
            for s in ordered
        )
        down = panel.wanted and not panel.up
        return ReadyView(
            frame=self.frame,
            officer=self._card(officer),
            question=self.question(),
            faces=faces,
            note=self.say("ready.panel_down") if down else "",
            languages=tuple(
                Choice(code, Words.load(code).name, code == self.language)
                for code in self._choices()
            ),
            staff=self.say("ready.staff"),
            private=self.say("ready.private"),
        )
