"""Bills of materials in CycloneDX 1.6: `python -m tests.supply.sbom FOLDER`, one for each extra.

Made when somebody wants them, not committed: the lock says all that they say, and one renewed
package would change thousands of lines. The same lock and the same packages give the same bytes:
no time, and a serial number that is made from the contents. Hashes are those of every file that the
lock accepts for a package.
"""

import json
import sys
import tomllib
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import License, LicenseAcknowledgement
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.utils import canonicalize_name

import kiosk
from tests.supply.packages import EXTRAS, PROJECT, Package, Part, packages_of, wanted

LICENCES = LicenseFactory()


def licences(expression: str | None, *, declared: bool) -> list[License]:
    if expression is None:
        return []
    by = LicenseAcknowledgement.DECLARED if declared else LicenseAcknowledgement.CONCLUDED
    return [LICENCES.make_from_string(expression, license_acknowledgement=by)]


def part_component(part: Part, parent: str) -> Component:
    return Component(
        name=part.name,
        version=part.version,
        type=ComponentType.LIBRARY,
        bom_ref=f"{parent}#{part.name}@{part.version}",
        purl=PackageURL.from_string(part.purl) if part.purl else None,
        licenses=licences(part.licence, declared=part.declared),
    )


def package_component(package: Package) -> Component:
    purl = PackageURL(
        type="pypi", name=canonicalize_name(package.name), version=package.locked.version
    )
    files = ExternalReference(
        type=ExternalReferenceType.DISTRIBUTION,
        url=XsUri(purl.to_string()),
        comment="one of these files, whichever suits the machine",
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=h) for h in package.locked.hashes],
    )
    return Component(
        name=package.name,
        version=package.locked.version,
        type=ComponentType.LIBRARY,
        bom_ref=purl.to_string(),
        purl=purl,
        licenses=licences(package.licence, declared=package.declared),
        external_references=[files],
        components=[part_component(part, purl.to_string()) for part in package.parts],
    )


def product(extra: str) -> Component:
    project = tomllib.loads(PROJECT.read_text("utf-8"))["project"]
    return Component(
        name=f"{project['name']}[{extra}]",
        version=kiosk.__version__,
        description=project["description"],
        type=ComponentType.APPLICATION,
        bom_ref=f"{project['name']}[{extra}]",
        licenses=licences(project["license"], declared=True),
    )


def bill_of(extra: str) -> str:
    """The bill of materials of `extra` as JSON, the same for the same contents."""
    bom = Bom()
    root = bom.metadata.component = product(extra)
    packages = packages_of(extra)
    components: dict[str, Component] = {
        canonicalize_name(p.name): package_component(p) for p in packages
    }
    for package in packages:
        component = components[canonicalize_name(package.name)]
        bom.components.add(component)
        bom.register_dependency(component, [components[name] for name in package.requires])
    named = {canonicalize_name(requirement.name) for requirement in wanted(extra)}
    bom.register_dependency(root, [components[name] for name in sorted(named)])
    return without_time_and_chance(JsonV1Dot6(bom).output_as_string())


def without_time_and_chance(text: str) -> str:
    bill = json.loads(text)
    del bill["metadata"]["timestamp"], bill["serialNumber"]
    content = json.dumps(bill, sort_keys=True)
    bill["serialNumber"] = f"urn:uuid:{uuid5(NAMESPACE_URL, content)}"
    return json.dumps(bill, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for extra in EXTRAS:
        path = folder / f"{extra}.cdx.json"
        path.write_text(bill_of(extra), encoding="utf-8")
        sys.stdout.write(f"{path}: {len(packages_of(extra))} packages\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m tests.supply.sbom FOLDER")
    main(Path(sys.argv[1]))
