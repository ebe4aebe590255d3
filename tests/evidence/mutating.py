"""Mutation score: small wrongs put into a module, and whether its own tests notice.

No library: mutmut 3 copies the tree and starts a Python for each mutant; here each is a fork of a
process that has everything else imported, and hundreds fit into minutes.
"""

import ast
import copy
import importlib.abc
import importlib.util
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from random import Random
from types import ModuleType

from tests.evidence.figure import Figure, Measured, Run, collect_seldom

ROOT = Path(__file__).parents[2]
LEAST = 0.90
SECONDS = 40
"""A mutant that goes round for ever is a mutant that was noticed."""
UNUSED = (
    *("cacheprovider", "unraisableexception", "threadexception", "logging", "junitxml"),
    *("pastebin", "nose", "doctest", "stepwise", "setuponly", "setupplan", "faulthandler"),
)
"""Parts of pytest that no subject's test uses: to start them takes as long as most tests."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A module and its tests. A mutant on a line with a `spared` text changes nothing that can be
    seen: a mask taken more often than needed, a limit on what is read one of anyway."""

    module: str
    tests: tuple[str, ...]
    spared: tuple[str, ...] = ()
    brief: bool = False
    """Whether all its mutants take seconds: the quick size takes one of these."""


_OWN = "tests/hardware/test_own_protocol.py"
_PINS = "tests/kiosk/test_pin.py"
_TURNS = tuple(f"tests/kiosk/test_{name}.py" for name in ("encounter", "offers", "flags"))
SUBJECTS = (
    Subject(module="kiosk.domain.encounter", tests=_TURNS),
    Subject(module="kiosk.domain.tally", tests=("tests/kiosk/test_tally.py",), brief=True),
    Subject(
        module="kiosk.domain.seal",
        tests=("tests/kiosk/test_seal.py",),
        spared=("_BEFORE_CARRY", "_EVEN ="),
        brief=True,
    ),
    Subject(
        module="kiosk.store.journal", tests=("tests/kiosk/test_journal.py",), spared=(".limit(1)",)
    ),
    Subject(module="kiosk.pin", tests=(_PINS,)),
    Subject(module="kiosk.lockout", tests=("tests/kiosk/test_lockout.py",)),
    Subject(module="hardware.profiles.own", tests=("tests/hardware/test_own_edges.py", _OWN)),
    Subject(module="hardware.framing", tests=("tests/hardware/test_framing.py",)),
    Subject(module="sync.central.ingest", tests=("tests/central/test_ingest.py",)),
    Subject(
        module="sync.central.disclosure",
        tests=("tests/central/test_block_edges.py", "tests/central/test_disclosure.py"),
    ),
)

_COMPARE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_BINARY: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Div: ast.Mult,
    ast.BitXor: ast.BitOr,
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A whole mutated module, and what was done to it."""

    line: int
    what: str
    tree: ast.Module


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of `source`, one change each."""
    tree = ast.parse(source)
    fixed = _fixed(tree)
    for index, node in enumerate(ast.walk(tree)):
        if id(node) in fixed:
            continue
        for name, change in _changes(node):
            mutated = copy.deepcopy(tree)
            target = next(n for i, n in enumerate(ast.walk(mutated)) if i == index)
            change(target)
            line = getattr(node, "lineno", 0)
            yield Mutant(line, f"line {line}: {name}", ast.fix_missing_locations(mutated))


def _fixed(tree: ast.Module) -> set[int]:
    """Nodes that say nothing at run time that a test could see: decorators, annotations."""
    found: set[int] = set()
    for node in ast.walk(tree):
        still: list[ast.AST | None] = list(getattr(node, "decorator_list", ()))
        still += [getattr(node, "annotation", None), getattr(node, "returns", None)]
        found |= {id(inner) for outer in still if outer for inner in ast.walk(outer)}
    return found


Change = Callable[[ast.AST], None]


def _changes(node: ast.AST) -> Iterator[tuple[str, Change]]:
    match node:
        case ast.Compare(ops=[op]) if type(op) in _COMPARE:
            other = _COMPARE[type(op)]
            yield f"{type(op).__name__} to {other.__name__}", _setter("ops", [other()])
        case ast.BinOp(op=op) if type(op) in _BINARY:
            swapped = _BINARY[type(op)]
            yield f"{type(op).__name__} to {swapped.__name__}", _setter("op", swapped())
        case ast.BoolOp(op=op):
            turned = ast.Or() if isinstance(op, ast.And) else ast.And()
            yield f"{type(op).__name__} turned", _setter("op", turned)
        case ast.Constant(value=bool() as value):
            yield f"{value} turned", _setter("value", not value)
        case ast.Constant(value=int() | float() as number):
            yield f"{number} plus one", _setter("value", number + 1)
        case ast.Return(value=value) if value is not None and not _is_none(value):
            yield "returns None", _setter("value", ast.Constant(None))
        case ast.If() | ast.IfExp():
            yield "if negated", _setter("test", ast.UnaryOp(ast.Not(), node.test))
        case ast.FunctionDef(body=body):
            for place, statement in enumerate(body):
                kinds = ast.Assign | ast.AugAssign | ast.Expr | ast.Raise
                if isinstance(statement, kinds) and not _is_docstring(statement):
                    yield f"line {statement.lineno} left out", _leaving_out(place)


def _setter(name: str, value: object) -> Change:
    return lambda target: setattr(target, name, value)


def _leaving_out(place: int) -> Change:
    def change(target: ast.AST) -> None:
        assert isinstance(target, ast.FunctionDef)
        target.body[place] = ast.Pass()

    return change


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


class _Loader(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives the mutant out as the module."""

    def __init__(self, name: str, path: Path, tree: ast.Module) -> None:
        self._name, self._path, self._tree = name, path, tree

    def find_spec(
        self,
        name: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
        /,
    ) -> ModuleSpec | None:
        if name != self._name:
            return None
        return importlib.util.spec_from_file_location(name, self._path, loader=self)

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        exec(  # noqa: S102  (our own source, changed by us)
            compile(self._tree, str(self._path), "exec"), vars(module)
        )


def survives(subject: Subject, tree: ast.Module) -> bool:
    """Whether the module's tests pass with the mutant in its place."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            signal.alarm(SECONDS)
            code = _run_tests(subject, tree)
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 0


def _run_tests(subject: Subject, tree: ast.Module) -> int:
    import pytest

    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    path = ROOT / (subject.module.replace(".", "/") + ".py")
    for name in [
        n for n in sys.modules if n.split(".")[0] in ("kiosk", "sync", "hardware", "tests")
    ]:
        del sys.modules[name]
    sys.meta_path.insert(0, _Loader(subject.module, path, tree))
    options = ["-x", "-q", "-c", os.devnull, f"--rootdir={ROOT}", "-k", "not postgresql"]
    options += [word for name in UNUSED for word in ("-p", f"no:{name}")]
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    return int(pytest.main([*options, *subject.tests]))


def _import_the_rest() -> None:
    """What every child needs and no mutant changes."""
    import alembic.command
    import argon2
    import cryptography.hazmat.primitives.asymmetric.ed25519
    import hypothesis.strategies
    import pysqlite3.dbapi2
    import pytest
    import sqlalchemy.dialects.sqlite

    del alembic, argon2, cryptography, hypothesis, pysqlite3, pytest, sqlalchemy
    collect_seldom()


def score(subject: Subject) -> tuple[int, list[str]]:
    """How many mutants were tried, and those that no test noticed."""
    source = (ROOT / (subject.module.replace(".", "/") + ".py")).read_text()
    missing = [test for test in subject.tests if not (ROOT / test).exists()]
    if missing:
        return 1, [f"{subject.module}: {missing[0]} is missing"]
    if survives(subject, ast.parse("raise SystemError")):
        return 1, [f"{subject.module}: its tests do not even import it"]
    # Tests that fail here whatever the module says would notice every mutant.
    if not survives(subject, ast.parse(source)):
        return 1, [f"{subject.module}: its tests fail here on the module as it is"]
    lines = source.splitlines()
    tried = [
        mutant
        for mutant in mutants(source)
        if not any(text in lines[mutant.line - 1] for text in subject.spared)
    ]
    return len(tried), [f"{subject.module} {m.what}" for m in tried if survives(subject, m.tree)]


def mutation_score(given: Run) -> Measured:
    """`given.size` of the modules that take seconds (the seed says which), or every module."""
    _import_the_rest()
    brief = [subject for subject in SUBJECTS if subject.brief]
    every = given.size >= len(SUBJECTS)
    subjects = SUBJECTS if every else Random(given.seed).sample(brief, given.size)
    failures, told = [], []
    for subject in subjects:
        tried, left = score(subject)
        share = 1 - len(left) / tried
        told.append(f"{subject.module.rpartition('.')[2]} {share:.0%} of {tried}")
        if share < LEAST:
            failures += left
    return Measured(", ".join(told), tuple(failures))


FIGURE = Figure(
    name="mutation score, by module",
    target=">= 90 %",
    quick=1,
    full=len(SUBJECTS),
    measure=mutation_score,
)
