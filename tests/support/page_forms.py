"""The forms of a page, as a browser sends them."""

from html.parser import HTMLParser


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[dict[str, str], list[str]]] = []
        """Hidden fields, and the deeds of the buttons."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(({}, []))
        elif self.forms and of.get("type") == "hidden":
            self.forms[-1][0][of["name"]] = of["value"]
        elif self.forms and tag == "button" and of.get("name") == "do":
            self.forms[-1][1].append(of["value"])


def form_for(page: str, deed: str, **hidden: str) -> dict[str, str] | None:
    """What a page's first form with a button for `deed` sends, with these hidden values; None
    where there is none."""
    parser = _Forms()
    parser.feed(page)
    for fields, deeds in parser.forms:
        if deed in deeds and hidden.items() <= fields.items():
            return {**fields, "do": deed}
    return None
