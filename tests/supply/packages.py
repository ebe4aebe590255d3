"""What a terminal and a central really install: from the lock, pyproject.toml and metadata.

The lock gives versions and hashes; `Requires-Dist` of the installed packages gives what pulls in
what. Markers are read for the machine that offices have, not for the one this runs on. What lies
compiled inside is read from the wheels of a PC: an ARM board's carry the same, built for it.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any

from license_expression import ExpressionError, get_spdx_licensing
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

EXTRAS = ("terminal", "central")
LOCK = Path("requirements.lock")
PROJECT = Path("pyproject.toml")
REMARKS = Path(__file__).with_name("licences.toml")
OFFICE_PC = {
    "implementation_name": "cpython",
    "implementation_version": "3.11.2",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_release": "",
    "platform_system": "Linux",
    "platform_version": "",
    "python_full_version": "3.11.2",
    "python_version": "3.11",
    "sys_platform": "linux",
}
"""Debian 12 on a PC. `platform_machine` is aarch64 on an ARM board."""
OFFICE_ARM = {**OFFICE_PC, "platform_machine": "aarch64"}
LICENCE_FILE = re.compile(r"(licen[cs]e|copying|notice|authors)", re.IGNORECASE)


class Unclear(Exception):
    """Something that must not be guessed: a licence, a version, a missing hash."""


@dataclass(frozen=True, slots=True)
class Locked:
    version: str
    hashes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """Somebody's work that lies compiled inside a package."""

    name: str
    version: str | None
    licence: str | None
    purl: str | None
    declared: bool
    """Whether the package says so itself, and not a remark of ours."""


@dataclass(frozen=True, slots=True)
class Package:
    name: str
    locked: Locked
    licence: str
    declared: bool
    """Whether the package says so itself, and not a remark of ours."""
    texts: tuple[str, ...]
    requires: tuple[str, ...]
    parts: tuple[Part, ...]


def locked(text: str) -> dict[str, Locked]:
    """The packages of a lock file by canonical name."""
    packages: dict[str, Locked] = {}
    for block in re.split(r"\n(?=\S)", text.strip()):
        head = re.match(r"([\w.-]+)==([\w.!+-]+)", block)
        hashes = tuple(sorted(re.findall(r"--hash=sha256:([0-9a-f]{64})", block)))
        if head is None or not hashes:
            raise Unclear(f"no version or no hash in the lock: {block.splitlines()[0]}")
        packages[canonicalize_name(head[1])] = Locked(version=head[2], hashes=hashes)
    return packages


@cache
def remarks() -> dict[str, Any]:
    return tomllib.loads(REMARKS.read_text("utf-8"))


def wanted(extra: str) -> list[Requirement]:
    project = tomllib.loads(PROJECT.read_text("utf-8"))["project"]
    lines = [*project["dependencies"], *project["optional-dependencies"][extra]]
    return [Requirement(line) for line in lines]


def required_by(
    package: Distribution, extras: frozenset[str], machine: Mapping[str, str]
) -> list[Requirement]:
    """What `package` with `extras` needs on `machine`."""
    needed = []
    for line in package.requires or []:
        requirement = Requirement(line)
        marker = requirement.marker
        choices = [{**machine, "extra": extra} for extra in ("", *sorted(extras))]
        if marker is None or any(marker.evaluate(choice) for choice in choices):
            needed.append(requirement)
    return needed


def pulled_in(extra: str, machine: Mapping[str, str] = OFFICE_PC) -> dict[str, tuple[str, ...]]:
    """Every package that `extra` installs, by canonical name, with the names that each needs."""
    graph: dict[str, tuple[str, ...]] = {}
    waiting = [(canonicalize_name(r.name), frozenset(r.extras)) for r in wanted(extra)]
    seen = set()
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        needed = required_by(distribution(name), extras, machine)
        below = [(canonicalize_name(r.name), frozenset(r.extras)) for r in needed]
        graph[name] = tuple(sorted({*graph.get(name, ()), *(child for child, _ in below)}))
        waiting += below
    return dict(sorted(graph.items()))


SPDX = get_spdx_licensing()


@cache
def spdx(words: str) -> str | None:
    """`words` as an SPDX expression in its usual spelling; None where it is no such thing."""
    try:
        parsed = SPDX.parse(words, validate=False)
        unknown = [str(key) for key in SPDX.unknown_license_keys(parsed)]
    except ExpressionError:
        return None
    if parsed is None or any(not key.startswith("LicenseRef-") for key in unknown):
        return None
    return str(parsed)


def licence_of(package: Distribution) -> tuple[str, bool]:
    """The licence as SPDX, and whether the package declares it so itself."""
    for field in ("License-Expression", "License"):
        expression = spdx(package.metadata[field] or "") if field in package.metadata else None
        if expression:
            return expression, True
    remark = remarks()["concluded"].get(package.metadata["Name"])
    if remark is None:
        raise Unclear(f"{package.name} declares no SPDX licence: read it, then {REMARKS} says it")
    return remark["licence"], False


def texts_of(package: Distribution) -> tuple[str, ...]:
    """The licence texts that lie in the installed package."""
    return tuple(
        sorted(
            str(file)
            for file in package.files or []
            if ".dist-info" in file.parts[0]
            and "sboms" not in file.parts
            and file.suffix not in (".py", ".pyc")
            and LICENCE_FILE.search("/".join(file.parts[1:]))
        )
    )


def parts_in_its_bills(package: Distribution) -> Iterator[Part]:
    """Parts by the bills of materials that the package brings (PEP 770)."""
    absent = remarks()["not-carried"].get(package.name, [])
    for file in package.files or []:
        if "sboms" not in file.parts or not str(file).endswith(".json"):
            continue
        bill = json.loads(Path(str(package.locate_file(file))).read_text("utf-8"))
        for component in bill["components"]:
            purl = re.split(r"[?#]", component.get("purl", ""))[0] or None
            choices = [*component.get("licenses", []), {}]
            licence = choices[0].get("expression") or choices[0].get("license", {}).get("id")
            declared = licence is not None
            licence = licence or remarks()["licence-of-part"].get(component["name"])
            excluded = component.get("scope") == "excluded" or component["name"] in absent
            own = purl is not None and purl.startswith("pkg:pypi/")
            if not own and not excluded:
                yield Part(
                    name=component["name"],
                    version=component.get("version"),
                    licence=spdx(licence) if licence else None,
                    purl=purl,
                    declared=declared,
                )


def version_in(paths: list[Path], pattern: str) -> str:
    for path in paths:
        inside = re.search(pattern.encode(), path.name.encode() + b"\0" + path.read_bytes())
        if inside:
            numbers = [group.decode() for group in inside.groups()]
            return numbers[0] if len(numbers) == 1 else ".".join(str(int(n)) for n in numbers)
    raise Unclear(f"no version by {pattern!r} in {[path.name for path in paths]}")


def files_of_part(package: Distribution, part: Mapping[str, Any]) -> list[Path]:
    files = [
        file for pattern in part["files"] for file in package.files or [] if file.match(pattern)
    ]
    return sorted(Path(str(package.locate_file(file))) for file in files)


def parts_by_remark(package: Distribution) -> Iterator[Part]:
    name = canonicalize_name(package.name)
    for part in remarks()["parts"]:
        if canonicalize_name(part["inside"]) != name:
            continue
        paths = files_of_part(package, part)
        if not paths:
            raise Unclear(f"{package.name} has no {part['files']} any more")
        version = version_in(paths, part["version"]) if "version" in part else None
        yield Part(
            name=part["name"], version=version, licence=part["licence"], purl=None, declared=False
        )


def parts_of(package: Distribution) -> tuple[Part, ...]:
    """Each part once; a remark of ours, which names a licence, before the package's own bill."""
    by_name: dict[tuple[str, str | None], Part] = {}
    for part in (*parts_in_its_bills(package), *parts_by_remark(package)):
        by_name[part.name, part.version] = part
    return tuple(by_name[key] for key in sorted(by_name, key=str))


def package_named(name: str, requires: tuple[str, ...], lock: Mapping[str, Locked]) -> Package:
    installed = distribution(name)
    if name not in lock:
        raise Unclear(f"{name} is not in {LOCK}")
    if Version(installed.version) != Version(lock[name].version):
        raise Unclear(f"{name} {installed.version} is installed, {lock[name].version} is locked")
    licence, declared = licence_of(installed)
    return Package(
        name=installed.metadata["Name"],
        locked=lock[name],
        licence=licence,
        declared=declared,
        texts=texts_of(installed),
        requires=requires,
        parts=parts_of(installed),
    )


def compiled(name: str) -> bool:
    return any(".so" in file.suffixes for file in distribution(name).files or [])


def libraries_beside(package: Package) -> list[Path]:
    """Shared libraries that a wheel carries in a folder beside its own code."""
    files = distribution(package.name).files or []
    return [Path(str(file)) for file in files if file.parts[0].endswith(".libs")]


def part_with(library: Path, package: Package) -> Part | None:
    """The part of `package` that `library` belongs to."""
    name = remarks()["library-in-bill"].get(library.name.split("-")[0])
    for part in remarks()["parts"]:
        if part["inside"] == package.name and any(map(library.match, part["files"])):
            name = part["name"]
    return next((part for part in package.parts if part.name == name), None)


@cache
def packages_of(extra: str) -> tuple[Package, ...]:
    lock = locked(LOCK.read_text("utf-8"))
    graph = pulled_in(extra)
    return tuple(package_named(name, graph[name], lock) for name in graph)
