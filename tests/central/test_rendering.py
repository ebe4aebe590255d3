"""Templates call macros and functions as Jinja does, in less time."""

from jinja2 import DictLoader
from jinja2.runtime import Context

from sync.central.web.rendering import templates

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
