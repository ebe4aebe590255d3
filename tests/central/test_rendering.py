"""Templates call macros and functions as Jinja does, in less time; and bars are drawn as they are
read."""

from collections import defaultdict

import pytest
from jinja2 import DictLoader
from jinja2.runtime import Context

from sync.central import measures
from sync.central.language import tables
from sync.central.papers import figures
from sync.central.reports.gate import Figure
from sync.central.web.rendering import formats, templates

PARTS = """
{% macro row(word, n=0) %}<td>{{ word }} {{ n }}</td>{% endmacro %}
{% macro wrapped(word) %}<b>{{ word }}{{ caller(word) }}</b>{% endmacro %}
"""
PAGE = """
{% import 'parts' as p with context %}
{% block body %}
{% set seen = namespace(n=0) %}
{% for word in words.values() %}
{% set seen.n = seen.n + loop.index %}
{{ p.row(word, n=seen.n) }}{{ p.row(spoken(word)) }}{{ p.row(n=2, word=loop.cycle('a', 'b')) }}
{% call(given) p.wrapped(word) %}<i>{{ given }}</i>{% endcall %}
{% endfor %}
{{ words.get('none', '<none>') }} {{ range(3) | join }}
{% endblock %}
{{ self.body() }}
"""


def test_a_template_calls_as_jinja_does() -> None:
    pages = []
    for context in (templates().context_class, Context):
        environment = templates()
        environment.context_class = context
        environment.loader = DictLoader({"parts": PARTS, "page": PAGE})
        page = environment.get_template("page")
        pages.append(page.render(words={"one": "<1>", "two": "2"}, spoken=str.upper))
    assert pages[0] == pages[1]
    assert pages[0].count("<td>&lt;1&gt; 1</td>") == 2


@pytest.mark.parametrize("n", [150, 2000])
def test_a_bar_is_never_finer_than_the_words_beside_it(n: int) -> None:
    """Else two rates that read alike would tell by their bars how they differ."""
    page = '{% import "figures.html" as f with context %}{{ f.bar(result) }}'
    bar = templates().from_string(page)
    context = {**formats("en"), "w": tables("en")}
    drawn: dict[object, set[str]] = defaultdict(set)
    for satisfied in range(n + 1):
        result = measures.result(measures.Sample(n=n, satisfied=satisfied, points=satisfied * 100))
        words = (result.bound, result.per_cent, result.ends)
        on_paper = figures.drawn(Figure(result=result))
        drawn[words].add(f"{bar.render(context, result=result)} {on_paper}")
    assert len(drawn) < n, "some read alike"
    assert all(len(bars) == 1 for bars in drawn.values())
