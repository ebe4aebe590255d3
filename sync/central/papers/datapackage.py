"""What the open data are: a Data Package (Frictionless) for machines, and the fields of the Thai
government data catalogue (data.go.th) for who enters them there."""

import json
from collections.abc import Sequence

from sync.central.language import in_thai
from sync.central.papers.statistics import described_columns
from sync.central.period import Period
from sync.central.sitesettings import SiteSettings
from sync.central.thai import span

_FIELD_TYPES: dict[str, dict[str, object]] = {
    "ISO 8601 date": {"type": "date"},
    "yes / no": {"type": "boolean", "trueValues": ["yes"], "falseValues": ["no"]},
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
}
"""Of a column's type, in a Table Schema."""
_FORMATS = ("CSV", "JSON", "XLS")
"""As the catalogue's list has them: XLS is every spreadsheet."""
_LICENCES = (
    ("CC BY-SA", "Creative Commons Attribution Share-Alike"),
    ("CC BY-NC", "Creative Commons Non-Commercial (Any)"),
    ("CC BY", "Creative Commons Attributions"),
    ("ODC", "Open Data Common"),
    ("GFDL", "GNU Free Documentation License"),
)
"""How a licence begins, and its name in the catalogue's list."""

Catalogue = dict[str, str | list[str]]
"""Of fields that take several values: a list."""


def catalogue(office: str, settings: SiteSettings, address: str) -> Catalogue:
    """The fields of the catalogue's own form (ckanext-thai_gdc) by their names there, with values
    of its lists; what is empty, the office has to add. `address`: of the page."""
    licences = (name for start, name in _LICENCES if settings.licence.startswith(start))
    licence = next(licences, in_thai("catalogue.other"))
    is_other = licence == in_thai("catalogue.other")
    mail = (x.address for x in settings.channels if x.address.startswith("mailto:"))
    return {
        "data_type": in_thai("catalogue.statistics"),
        "title": in_thai("public.data_of", office=office),
        "owner_org": office,
        "maintainer": settings.controller or office,
        "maintainer_email": next(mail, "").removeprefix("mailto:"),
        "tag_string": in_thai("catalogue.tags"),
        "notes": in_thai("public.data_how"),
        "objective": [in_thai("catalogue.purpose")],
        "update_frequency_unit": in_thai("catalogue.week"),
        "update_frequency_interval": "1",
        "geo_coverage": in_thai("catalogue.district"),
        "data_source": in_thai("catalogue.terminals"),
        "data_format": [*_FORMATS],
        "data_category": in_thai("catalogue.open"),
        "license_id": licence,
        **({"license_id_other": settings.licence} if is_other else {}),
        "accessible_condition": in_thai("catalogue.no_condition"),
        "data_language": [in_thai("catalogue.thai"), in_thai("catalogue.english")],
        "url": address,
    }


def package(
    site: str, office: str, settings: SiteSettings, root: str, spans: Sequence[Period]
) -> bytes:
    """The data set as `datapackage.json`: a resource for each span. `root`: central's address."""
    schema = {
        "fields": [
            {"name": name, "description": f"{thai} / {english}", **_FIELD_TYPES[kind]}
            for name, thai, english, kind in described_columns()
        ],
        "missingValues": [""],
    }
    address = f"{root}/data/{site}"
    document = {
        "profile": "tabular-data-package",
        "name": f"satisfaction-{site.lower()}",
        "title": in_thai("public.data_of", office=office),
        "description": in_thai("public.data_how"),
        "homepage": address,
        "licenses": [{"name": settings.licence.replace(" ", "-"), "title": settings.licence}],
        "contributors": [{"title": office, "role": "publisher"}],
        "keywords": in_thai("catalogue.tags").split(", "),
        "gd_catalogue": catalogue(office, settings, address),
        "resources": [
            {
                "profile": "tabular-data-resource",
                "name": period.code,
                "title": span(period, "th"),
                "path": f"{address}/statistics.csv?period={period.code}",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8-sig",
                "schema": schema,
            }
            for period in spans
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()
