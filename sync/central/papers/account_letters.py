"""Letters that tell officers their accounts: a page each, to fold, seal and hand over."""

from datetime import datetime

from sync.central import thai
from sync.central.language import in_thai
from sync.central.papers import figures, typesetting
from sync.central.papers.thaitext import digits
from sync.central.usecases.officer_accounts import Drafts


def account_letters_pdf(drafts: Drafts, office: str, address: str, now: datetime) -> bytes:
    """A page for each letter of `drafts`; `address`: where the report is."""
    until = thai.moment(drafts.until, "th")
    lines = in_thai("account_letters.lines", address=address)
    values = {
        "lang": "th",
        "title": in_thai("account_letters.title"),
        "office": office,
        "address": address,
        "issued": in_thai("letters.issued", day=figures.day(now.astimezone().date())),
        "until": in_thai("accounts.first_until", day=until),
        "lines": [line for line in lines.split("\n") if line],
        "numbers": [digits(f"{number}.") for number in range(1, 20)],
        "letters": [
            {
                "name": letter.officer.name,
                "to": [
                    word for word in (letter.officer.position, str(letter.officer.section)) if word
                ],
                "number": f"{in_thai('common.number')} {digits(letter.officer.number)}",
                "account": letter.account,
                "password": letter.password,
            }
            for letter in drafts.letters
        ],
        "words": figures.words("account_letters"),
        "fold": figures.words("letters"),
        "veil": "8396052741" * 6,
        "pages": figures.PAGES,
    }
    return typesetting.pdf("account_letters", values, now)
