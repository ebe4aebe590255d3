"""No function takes more than a reader can carry: cognitive complexity of 15 at most."""

from complexipy import file_complexity

from tests.house.rules import hold
from tests.house.sources import ROOMS, python_files

MOST = 15
"""SonarSource's own bound for cognitive complexity."""


def offences() -> dict[str, list[str]]:
    return {
        f"{path} {function.name}": [str(function.complexity)]
        for path in python_files(*ROOMS)
        for function in file_complexity(str(path)).functions
        if function.complexity > MOST
    }


def test_no_function_is_too_complex() -> None:
    hold("complexity", offences())
