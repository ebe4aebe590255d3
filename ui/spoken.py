"""What a screen reader says by itself when a view comes, before anybody looks for it. No Qt."""

import re

from ui.view import (
    ClosedView,
    MenuView,
    OutOfServiceView,
    PausedView,
    PinView,
    QuestionView,
    ReadyView,
    ReasonsView,
    SignOnView,
    ThanksView,
    View,
    WaitingView,
)

_NUMBERS = re.compile(r"\d+")


def spoken(view: View, before: View | None) -> str:
    """What is new in `view`, in the order of reading; empty: nothing. A number that counts down is
    not new."""
    is_same_page = before is not None and type(view) is type(before)
    heard = {_NUMBERS.sub("", line) for line in _lines(before)} if before and is_same_page else ()
    lines = [line for line in _lines(view) if line and _NUMBERS.sub("", line) not in heard]
    if isinstance(view, ReasonsView) and not is_same_page:
        lines += [choice.label for choice in view.reasons]
    return ". ".join(lines)


def _lines(view: View) -> tuple[str, ...]:
    match view:
        case ReadyView():
            officer = " ".join((view.officer.name, view.officer.position)).strip()
            return (view.question, officer, view.note)
        case WaitingView():
            return (view.title, view.subtitle, view.officer.name)
        case ReasonsView():
            labels = {choice.id: choice.label for choice in view.reasons}
            return (view.title, view.hint, view.warning, labels.get(view.pointed, ""))
        case ThanksView():
            return (view.title, view.subtitle, view.comment if view.qr else "")
        case ClosedView() | PausedView() | OutOfServiceView():
            return (view.title, view.subtitle)
        case SignOnView():
            return (view.title, view.hint)
        case PinView():
            return (view.title, view.message)
        case MenuView():
            return (view.title, view.note)
        case QuestionView():
            return (view.title, view.trouble or view.hint)
