"""The disclosure gate, below every page, export and API: who may see what, from whole blocks alone.

Each function takes the viewer, and raises NotYours. Figures are sums of published blocks; tables
that cut across blocks are office-wide, by whole quarters once these are over, CUTS_FLOOR ratings at
least, rounded to CUT_STEP (ARCHITECTURE.md#the-disclosure-rule; disclosure.py says why by
quarters). Whoever looks at another's result is written into a log that this officer reads, before
the figures leave the gate.
"""

from sync.central.disclosure import NAMELESS
from sync.central.reports.gate.city_figures import Chosen, CityView, ProvinceRow, SiteRow, city
from sync.central.reports.gate.comparisons import Comparison, NotCompared
from sync.central.reports.gate.cut_tables import CUT_STEP, CutRow, cut_rows, half_day_rows
from sync.central.reports.gate.cuts_figures import CutsView, cuts, office_and_cuts
from sync.central.reports.gate.earlier import Earlier
from sync.central.reports.gate.figures import (
    PER,
    Coverage,
    Figure,
    MonthFigure,
    MonthRate,
    figure,
    orders_differ,
)
from sync.central.reports.gate.improved import Improved
from sync.central.reports.gate.marks import Mark
from sync.central.reports.gate.missing import OVER_TICKETS, Missing
from sync.central.reports.gate.objection_figures import ObjectionView, objection
from sync.central.reports.gate.office_figures import (
    OfficeView,
    SectionRow,
    office,
    section_members,
    sections_for_papers,
)
from sync.central.reports.gate.officer_figures import (
    BlockRow,
    OfficerView,
    officer,
)
from sync.central.reports.gate.own_copy import OwnCopy, own_copy
from sync.central.reports.gate.own_results import own_results
from sync.central.reports.gate.section_figures import OfficerRow, SectionView, section
from sync.central.reports.gate.ways import Difference

__all__ = [
    "CUT_STEP",
    "NAMELESS",
    "OVER_TICKETS",
    "PER",
    "BlockRow",
    "Chosen",
    "CityView",
    "Comparison",
    "Coverage",
    "CutRow",
    "CutsView",
    "Difference",
    "Earlier",
    "Figure",
    "Improved",
    "Mark",
    "Missing",
    "MonthFigure",
    "MonthRate",
    "NotCompared",
    "ObjectionView",
    "OfficeView",
    "OfficerRow",
    "OfficerView",
    "OwnCopy",
    "ProvinceRow",
    "SectionRow",
    "SectionView",
    "SiteRow",
    "city",
    "cut_rows",
    "cuts",
    "figure",
    "half_day_rows",
    "objection",
    "office",
    "office_and_cuts",
    "officer",
    "orders_differ",
    "own_copy",
    "own_results",
    "section",
    "section_members",
    "sections_for_papers",
]
