"""A section that gets another name: its officers, its results and its heads go along.

A changed section in the roster is a move of that person. This is the other deed: nobody moves.
"""

from datetime import datetime

from kiosk.domain.people import BadPerson, section_id
from kiosk.domain.refusal import excerpt
from sync.central.logbook import told
from sync.central.usecases.central import Central


def rename_section(central: Central, before: str, after: str, by: str, now: datetime) -> None:
    """Give a section another name, all or nothing. BadPerson where it is none, or where the new
    name is another's: its head would read results of a section that was never its own."""
    former, name = section_id(before), section_id(after)
    with central.store.transaction(central.site) as t:
        t.people.lock_site()
        names = {str(officer.section) for officer in t.people.everyone()} | t.blocks.sections()
        if not former or former not in names:
            raise BadPerson("no_section", section=excerpt(former))
        if not name or name in names:
            raise BadPerson("section_taken", section=excerpt(name))
        t.people.rename_section(former, name)
        t.accounts.rename_section(former, name)
        t.blocks.rename_section(former, name)
        t.logs.change(by, told("section_renamed", left=former, section=name), now)
