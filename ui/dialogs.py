"""What may lie over the encounter's screen while an officer or a technician is busy with it."""

from dataclasses import dataclass
from enum import StrEnum

from kiosk.domain.people import Officer
from kiosk.domain.refusal import Refusal


class Purpose(StrEnum):
    """What a right PIN leads to."""

    SIGN_ON = "sign-on"
    DUTY_MENU = "duty-menu"
    SERVICE_MENU = "service-menu"
    OWN_RESULT = "own-result"


@dataclass(frozen=True, slots=True)
class Choosing:
    """An officer is being chosen, to sign on, resume or take over. `typed`: of a
    number or a name; `unknown`: what was typed last is nobody's."""

    typed: str = ""
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class TypingPin:
    """`who` is None for the service menu's PIN."""

    purpose: Purpose
    who: Officer | None
    typed: str = ""
    wrong: bool = False
    wait_until: float = 0.0
    """Boot-time seconds before which no PIN is looked at."""
    locked: bool = False


@dataclass(frozen=True, slots=True)
class DutyMenu:
    pass


@dataclass(frozen=True, slots=True)
class OwnRound:
    """What central published of the last closed round of `who`, who has just shown the PIN."""

    who: Officer


@dataclass(frozen=True, slots=True)
class ServiceMenu:
    testing: bool = False


class SetupStage(StrEnum):
    LISTENING = "listening"
    WAIT = "wait"
    PRESS = "press"
    PROVE = "prove"
    LEARNED = "learned"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class PanelWizard:
    """A panel is being set up: the button at `place`, the best first, is asked for the `time`-th
    time."""

    stage: SetupStage = SetupStage.LISTENING
    place: int = 0
    time: int = 1
    remark: Refusal | None = None
    ports: tuple[str, ...] = ()
    profile: str = ""

    @property
    def over(self) -> bool:
        return self.stage in (SetupStage.LEARNED, SetupStage.FAILED)


Dialog = Choosing | TypingPin | DutyMenu | OwnRound | ServiceMenu | PanelWizard
