"""The container image: every part under its own digest, no rights, no secret, no key of ours."""

import hashlib
import io
import json
import subprocess
import tarfile

import pytest

from tests.supply.debian import UNCONFIGURED, after_install, central
from tests.supply.oci import HEALTHY, OWNER, START, archive

ROOT = b"a root folder as a tar file"


def parts() -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(archive(ROOT, "amd64", "kiosk-central:1"))) as tar:
        return {name: tar.extractfile(name).read() for name in tar.getnames()}  # type: ignore[union-attr]


def test_whoever_unpacks_it_gets_what_the_digests_say() -> None:
    files = parts()
    [described] = json.loads(files["index.json"])["manifests"]
    manifest = json.loads(files["blobs/sha256/" + described["digest"].removeprefix("sha256:")])
    for part in (described, manifest["config"], *manifest["layers"]):
        content = files["blobs/sha256/" + part["digest"].removeprefix("sha256:")]
        assert hashlib.sha256(content).hexdigest() == part["digest"].removeprefix("sha256:")
        assert len(content) == part["size"]
    config = json.loads(files["blobs/sha256/" + manifest["config"]["digest"][7:]])
    assert config["rootfs"]["diff_ids"] == ["sha256:" + hashlib.sha256(ROOT).hexdigest()]
    assert config["config"]["User"] == f"{OWNER}:{OWNER}"
    assert list(config["config"]["Volumes"]) == ["/var/lib/kiosk-central"]


def test_the_same_commit_makes_the_same_image() -> None:
    assert archive(ROOT, "amd64", "a") == archive(ROOT, "amd64", "a")


@pytest.mark.parametrize("script", [START, after_install(central())])
def test_its_scripts_are_shell(script: str) -> None:
    subprocess.run(["sh", "-n"], input=script, text=True, check=True)


def test_no_key_is_made_where_it_would_be_in_every_container() -> None:
    """Each line of the package that makes one asks first."""
    lines = after_install(central()).splitlines()
    making = [line for line in lines if line.lstrip().startswith("if [ -z")]
    assert len(making) == 2
    assert all(UNCONFIGURED in line for line in making)
    compile(HEALTHY, "healthy", "exec")
