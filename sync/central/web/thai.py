"""How figures are written on the pages: Thai digits and the Buddhist era in Thai."""

from datetime import date, datetime

from kiosk.domain.businessday import buddhist_year

_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
_MONTHS = {
    "th": tuple("ม.ค. ก.พ. มี.ค. เม.ย. พ.ค. มิ.ย. ก.ค. ส.ค. ก.ย. ต.ค. พ.ย. ธ.ค.".split()),  # noqa: SIM905
    "en": tuple("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()),  # noqa: SIM905
}


def number(value: float, language: str, decimals: int = 0) -> str:
    text = f"{value:,.{decimals}f}"
    return text.translate(_DIGITS) if language == "th" else text


def moment(value: datetime, language: str) -> str:
    """A time of day with its date, by the server's own clock zone."""
    local = value.astimezone()
    clock = f"{local:%H:%M}"
    if language == "th":
        return f"{day(local.date(), language)} {clock.translate(_DIGITS)} น."
    return f"{day(local.date(), language)}, {clock}"


def day(value: date, language: str) -> str:
    month = _MONTHS[language][value.month - 1]
    if language == "th":
        return f"{value.day} {month} {buddhist_year(value.year)}".translate(_DIGITS)
    return f"{value.day} {month} {value.year}"
