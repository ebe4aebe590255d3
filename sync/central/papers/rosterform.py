"""An empty roster as a workbook, to be filled in and imported."""

import io
from datetime import datetime

from kiosk.domain.rostercsv import COLUMNS
from sync.central.language import in_thai
from sync.central.papers.spreadsheet import LINE

_WIDTHS = {"number": 16, "name": 32, "position": 32, "section": 40}
"""In Excel's letters."""


def roster_workbook(now: datetime) -> bytes:
    """Headed in Thai. Every cell is text: a number keeps the zeros before it."""
    import xlsxwriter

    excel_file = io.BytesIO()
    book = xlsxwriter.Workbook(excel_file, {"in_memory": True})
    title = in_thai("page.roster")
    book.set_properties({"title": title, "created": now.replace(tzinfo=None)})
    font = {"font_name": "TH Sarabun New", "font_size": 16, "num_format": "@"}
    head = book.add_format({**font, "bold": True, "border": 1, "bg_color": "#E6EFEC"})
    text = book.add_format(font)
    page = book.add_worksheet(title)
    for at, (column, width) in enumerate(_WIDTHS.items()):
        page.set_column(at, at, width, text)
        page.write_string(0, at, COLUMNS[column][1], head)
    page.freeze_panes(1, 0)
    page.set_default_row(LINE)
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    book.close()
    return excel_file.getvalue()
