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


class _Filled(HTMLParser):
    """Every form with what a browser would send of it as it stands."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, list[str]]] = []
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append({})
        elif tag == "input" and "name" in of and self._is_sent(of):
            self._add(of["name"], of.get("value", ""))
        elif tag == "select":
            self._select = of.get("name", "")
        elif tag == "option" and self._select:
            if "selected" in of or self._select not in self.forms[-1]:
                self.forms[-1][self._select] = [of.get("value", "")]
        elif tag == "textarea":
            self._area = of.get("name", "")
            self._add(self._area, "")

    def handle_data(self, data: str) -> None:
        if self._area:
            self.forms[-1][self._area][-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            texts = self.forms[-1][self._area]
            texts[-1] = texts[-1].removeprefix("\n")
            self._area = ""

    def _is_sent(self, of: dict[str, str]) -> bool:
        ticked = of.get("type") not in ("checkbox", "radio") or "checked" in of
        return bool(self.forms) and ticked and of.get("type") != "file"

    def _add(self, name: str, value: str) -> None:
        self.forms[-1].setdefault(name, []).append(value)


def filled_form(page: str, **fields: str) -> dict[str, list[str]]:
    """What the one form of a page that has these values sends, all its fields as they stand."""
    parser = _Filled()
    parser.feed(page)
    [form] = [
        form
        for form in parser.forms
        if all(form.get(name) == [value] for name, value in fields.items())
    ]
    return form
