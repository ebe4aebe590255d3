"""An OCI image of central: `python -m tests.supply.oci FOLDER`, as root, with mmdebstrap.

A small Debian root with our package, as one layer in an archive that podman, buildah, skopeo and
`docker load` read. It has no key and no data: these are made in its volume at the first start.
OCI image format specification 1.1: https://github.com/opencontainers/image-spec
"""

import gzip
import hashlib
import io
import json
import tarfile
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer

from tests.supply.debian import (
    UNCONFIGURED,
    build,
    central,
    committed_at,
    release_version,
    run_tool,
)

SUITES = {"12": "bookworm", "13": "trixie"}
OWNER = 10001
"""Whose the volume is, by number: the same in every version."""
PORT = 8443
DATA = "/var/lib/kiosk-central"
_ENTRY = "/usr/lib/kiosk-central/bin/start-container"
_HEALTHY = "/usr/lib/kiosk-central/bin/healthy"
START = f"""\
#!/bin/sh
# The first start makes the data folder and, where no proxy stands before it, a certificate.
set -eu
if [ "${{1:-}}" = serve ]; then
    host=${{KIOSK_CENTRAL_HOSTNAME:-$(hostname)}}
    if [ ! -e {DATA}/central.toml ]; then
        kiosk-central init --served --site "${{KIOSK_CENTRAL_SITE:-office}}" \\
            --name "${{KIOSK_CENTRAL_NAME:-สำนักงาน}}" \\
            --database "${{KIOSK_CENTRAL_DATABASE:-}}" \\
            --url "${{KIOSK_CENTRAL_URL:-https://$host:{PORT}}}"
    fi
    if [ -z "${{KIOSK_CENTRAL_TLS_CERT:-}}${{KIOSK_CENTRAL_BEHIND_PROXY:-}}" ]; then
        tls={DATA}/tls
        if [ ! -e $tls/key.pem ]; then
            mkdir -p -m 0700 $tls
            openssl req -x509 -newkey rsa:3072 -nodes -days 825 -keyout $tls/key.pem.new \\
                -out $tls/cert.pem -subj "/CN=$host" -addext "subjectAltName=DNS:$host" 2>/dev/null
            mv $tls/key.pem.new $tls/key.pem
        fi
        set -- "$@" --tls-cert $tls/cert.pem --tls-key $tls/key.pem
    fi
fi
exec kiosk-central "$@"
"""
HEALTHY = f"""\
#!/usr/lib/kiosk-central/bin/python
import ssl, sys, urllib.request

context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
for scheme in ("https", "http"):
    try:
        with urllib.request.urlopen(
            f"{{scheme}}://127.0.0.1:{PORT}/healthz", timeout=5, context=context
        ) as answer:
            sys.exit(answer.status != 200)
    except OSError:
        pass
sys.exit(1)
"""


def config(layer: str, machine: str) -> dict[str, Any]:
    """How a container of it runs. `layer`: the digest of the layer before it was compressed."""
    made_at = datetime.fromtimestamp(committed_at(), UTC).isoformat().replace("+00:00", "Z")
    return {
        "created": made_at,
        "architecture": machine,
        "os": "linux",
        "config": {
            "User": f"{OWNER}:{OWNER}",
            "ExposedPorts": {f"{PORT}/tcp": {}},
            "Env": [
                "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
                "LANG=C.UTF-8",
                f"HOME={DATA}",
                f"KIOSK_CENTRAL_DATA={DATA}",
            ],
            "Entrypoint": [_ENTRY],
            "Cmd": ["serve", "--host", "0.0.0.0", "--port", str(PORT)],
            "Volumes": {DATA: {}},
            "WorkingDir": DATA,
            "StopSignal": "SIGTERM",
            # Docker's field: the specification has none, and who does not know it passes it by.
            "Healthcheck": {
                "Test": ["CMD", _HEALTHY],
                "Interval": 30 * 10**9,
                "Timeout": 10 * 10**9,
                "StartPeriod": 60 * 10**9,
            },
            "Labels": {
                "org.opencontainers.image.title": "kiosk-central",
                "org.opencontainers.image.version": release_version(),
                "org.opencontainers.image.licenses": "Apache-2.0",
            },
        },
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{layer}"]},
        "history": [{"created": made_at, "created_by": "mmdebstrap, kiosk-central"}],
    }


def archive(root: bytes, machine: str, tag: str) -> bytes:
    """The whole image as a tar file, of the root folder as a tar file."""
    blobs: dict[str, bytes] = {}

    def blob(content: bytes, media_type: str) -> dict[str, Any]:
        digest = hashlib.sha256(content).hexdigest()
        blobs[f"blobs/sha256/{digest}"] = content
        return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(content)}

    kind = "application/vnd.oci.image"
    layer = blob(gzip.compress(root, 6, mtime=0), f"{kind}.layer.v1.tar+gzip")
    described = _json(config(hashlib.sha256(root).hexdigest(), machine))
    manifest = {
        "schemaVersion": 2,
        "mediaType": f"{kind}.manifest.v1+json",
        "config": blob(described, f"{kind}.config.v1+json"),
        "layers": [layer],
    }
    index = blob(_json(manifest), f"{kind}.manifest.v1+json")
    index["annotations"] = {"org.opencontainers.image.ref.name": tag}
    files = {
        "oci-layout": _json({"imageLayoutVersion": "1.0.0"}),
        "index.json": _json({"schemaVersion": 2, "manifests": [index]}),
        **blobs,
    }
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name in sorted(files):
            member = tarfile.TarInfo(name)
            member.size, member.mtime, member.mode = len(files[name]), committed_at(), 0o644
            tar.addfile(member, io.BytesIO(files[name]))
    return packed.getvalue()


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def make_root(deb: Path, debian: str, work: Path) -> Path:
    """A root folder as a tar file: Debian's essential packages, Python, and ours."""
    for name, text in (("start-container", START), ("healthy", HEALTHY)):
        (work / name).write_text(text, "utf-8")
        (work / name).chmod(0o755)
    login = f'u kiosk-central {OWNER} "central report" {DATA}\n'
    (work / "kiosk-central.conf").write_text(login)
    root = work / "root.tar"
    hooks = (
        f"copy-in {deb} /tmp",
        'mkdir -p "$1/etc/sysusers.d"',
        f"copy-in {work}/kiosk-central.conf /etc/sysusers.d",
        f'chroot "$1" env {UNCONFIGURED}=yes dpkg -i /tmp/{deb.name}',
        f"copy-in {work}/start-container {work}/healthy /usr/lib/kiosk-central/bin",
        'rm -rf "$1"/tmp/* "$1"/var/log/* "$1"/var/cache/* "$1"/etc/kiosk-central',
    )
    needs = "python3,openssl,ca-certificates,tzdata,hostname,systemd-standalone-sysusers"
    options = ("--mode=root", "--variant=essential", f"--include={needs}", "--skip=output/dev")
    hook_options = [f"--customize-hook={hook}" for hook in hooks]
    source = "http://deb.debian.org/debian"
    run_tool("mmdebstrap", *options, *hook_options, SUITES[debian], str(root), source)
    return root


def main(folder: Path, machine: str = "amd64", debian: str = "12") -> None:
    """Make the image, on this Debian, into FOLDER."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        work = Path(place)
        deb = build(central(), debian, machine, work, compression="none")
        root = make_root(deb, debian, work).read_bytes()
        version = release_version()
        file = folder / f"kiosk-central_{version}_{machine}.oci.tar"
        file.write_bytes(archive(root, machine, f"kiosk-central:{version.replace('+', '-')}"))
    typer.echo(f"{file}, {file.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    typer.run(main)
