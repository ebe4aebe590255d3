"""Days and hours as a language writes them: in its digits, and in Thai of the Buddhist era."""

from datetime import date, datetime, time

from kiosk.domain.businessday import buddhist_year
from ui.text import FALLBACK, Words


def time_words(words: Words, at: time) -> str:
    return words.get("clock.time", hour=f"{at:%H}", minute=f"{at:%M}")


def now_words(words: Words, at: time) -> str:
    """The time as a clock beside it says it."""
    return words.get("clock.now", time=time_words(words, at))


def hours_words(words: Words, opens: time, closes: time) -> str:
    """From when to when the office is open."""
    opening, closing = time_words(words, opens), time_words(words, closes)
    return words.get("closed.subtitle", opens=opening, closes=closing)


def day_words(words: Words, day: date) -> str:
    """Without its weekday."""
    return words.get("clock.day", **_parts(words, day))


def date_words(words: Words, day: date) -> str:
    """With its weekday."""
    return words.get("clock.date", **_parts(words, day))


def moment_words(words: Words, at: datetime) -> str:
    day, time_of_day = day_words(words, at.date()), time_words(words, at.time())
    return words.get("clock.moment", day=day, time=time_of_day)


def opening_words(words: Words, opening: datetime, today: date) -> str:
    """When the office opens next: today, or on which day."""
    time_of_day = time_words(words, opening.time())
    if opening.date() == today:
        return words.get("closed.opens_today", time=time_of_day)
    parts = _parts(words, opening.date())
    return words.get("closed.opens_on", time=time_of_day, **parts)


def _parts(words: Words, day: date) -> dict[str, object]:
    is_thai = words.code == FALLBACK
    return {
        "weekday": words.get(f"weekday.{day.isoweekday()}"),
        "day": day.day,
        "month": words.get(f"month.{day.month}"),
        "year": buddhist_year(day.year) if is_thai else day.year,
    }
