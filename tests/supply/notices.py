"""Writes THIRD-PARTY-NOTICES.md: `python -m tests.supply.notices`.

Its sentences are in notices.txt; its tables come from the lock and the installed packages. The page
is committed, because people read it without installing anything.
"""

from collections.abc import Sequence
from pathlib import Path

from tests.supply.packages import EXTRAS, Package, Unclear, packages_of, remarks

NOTICES = Path("THIRD-PARTY-NOTICES.md")
SENTENCES = Path(__file__).with_name("notices.txt")


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def text_of(package: Package) -> str:
    """Where the licence text of a package is. Unclear where there is none."""
    if package.texts:
        return ", ".join(sorted({Path(text).name for text in package.texts}))
    if package.name not in remarks()["texts"]:
        raise Unclear(f"{package.name} ships no licence text: add it to licences.toml")
    return str(remarks()["texts"][package.name])


def packages() -> dict[str, Package]:
    return {package.name: package for extra in EXTRAS for package in packages_of(extra)}


def packages_table() -> str:
    names = {extra: {package.name for package in packages_of(extra)} for extra in EXTRAS}
    rows = [
        (
            package.name,
            package.locked.version,
            package.licence,
            ", ".join(extra for extra in EXTRAS if package.name in names[extra]),
            text_of(package),
        )
        for package in sorted(packages().values(), key=lambda package: package.name.lower())
    ]
    return table(("package", "version", "licence", "in", "text"), rows)


def parts_table() -> str:
    rows = [
        (part.name, part.version or "not said", part.licence or "not said", package.name)
        for package in packages().values()
        for part in package.parts
        if not part.declared
    ]
    return table(("part", "version", "licence", "inside"), sorted(rows))


def debian_table() -> str:
    rows = sorted(remarks()["debian"].items())
    return table(("package", "licence"), rows)


def texts() -> str:
    return "\n\n".join(
        f"### {name}\n\n```\n{text.strip()}\n```" for name, text in remarks()["text-of"].items()
    )


def notices() -> str:
    return SENTENCES.read_text("utf-8").format(
        packages=packages_table(), parts=parts_table(), debian=debian_table(), texts=texts()
    )


if __name__ == "__main__":
    NOTICES.write_text(notices(), encoding="utf-8")
