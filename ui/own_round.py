"""An officer's own published result in words. Pure; no Qt."""

from kiosk.domain.ownresult import OwnResult
from ui.dates import day_words
from ui.text import Words

Row = tuple[str, str]


def own_round_rows(words: Words, own: OwnResult | None) -> tuple[Row, ...]:
    """Each figure with what it says; small words, no colours: others stand behind."""
    say = words.get
    if own is None:
        return ((say("own_result.result"), say("own_result.none_here")),)
    first, last = day_words(words, own.first_day), day_words(words, own.last_day)
    span = (say("own_result.round"), say("own_result.between", first=first, last=last))
    if own.bound == "hidden":
        return span, (say("own_result.result"), say("own_result.not_yet"))
    return (
        span,
        (say("own_result.result"), _rate_words(words, own)),
        *_interval_row(words, own),
        (say("own_result.ratings"), f"{own.n:,}"),
        *_response_row(words, own),
        *_objection_row(words, own),
    )


def _rate_words(words: Words, own: OwnResult) -> str:
    key = {"at least": "at_least", "at most": "at_most"}.get(own.bound, "satisfied")
    return words.get(f"own_result.{key}", rate=_per_cent(own.rate, own.places))


def _interval_row(words: Words, own: OwnResult) -> tuple[Row, ...]:
    if own.bound:
        return ()
    low, high = (_per_cent(end, own.places) for end in (own.low, own.high))
    between = words.get("own_result.confidence", low=low, high=high)
    return ((words.get("own_result.interval"), between),)


def _response_row(words: Words, own: OwnResult) -> tuple[Row, ...]:
    if own.response < 0:
        return ()
    value = words.get("own_result.of_100", rated=own.response)
    return ((words.get("own_result.response"), value),)


def _objection_row(words: Words, own: OwnResult) -> tuple[Row, ...]:
    if not own.weeks_objected:
        return ()
    value = words.get("own_result.weeks", n=own.weeks_objected)
    return ((words.get("own_result.objection"), value),)


def _per_cent(tenths: int, places: int) -> str:
    return f"{tenths / 10:.{places}f}"
