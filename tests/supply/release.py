"""A release of the terminal's program: `python -m tests.supply.release make FOLDER --key FILE`.

It holds what the Debian package has, one file for each Debian, as its Python differs. The key is
the publisher's alone: made once (`new-key`), kept off every network, never at a central.
"""

import hashlib
import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated

import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

import kiosk
from sync.messages import Manifest
from sync.publisher import hand_over
from sync.releasefile import TAIL, pack, signed
from sync.signing import public_key, public_text
from tests.supply.debian import MACHINES, PYTHONS, WITHOUT_WHEELS, commit, install_python, terminal

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)


@app.command("new-key")
def new_key(file: Path) -> None:
    """Make the publisher's key, readable by its owner alone; print the public half."""
    key = Ed25519PrivateKey.generate()
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as private:
        private.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    typer.echo(f"{file}: keep it offline, with a copy elsewhere. At each central:")
    typer.echo(f"kiosk-central releases trust {public_text(key)}")


@app.command("next-key")
def next_key(key: Path, public: str) -> None:
    """Sign the public half of the key that comes after this one."""
    public_key(public)
    proof = hand_over(_read_key(key), public).proof
    typer.echo(f"kiosk-central releases trust {public} --proof {proof}")


@app.command()
def make(
    folder: Path,
    key: Annotated[Path, typer.Option(help="The publisher's key.")],
    machine: str = "amd64",
    debian: str = "12,13",
) -> None:
    """Make the release's file for each Debian named, into FOLDER."""
    if machine in WITHOUT_WHEELS:
        raise typer.BadParameter(f"{machine}: {WITHOUT_WHEELS[machine]}")
    private = _read_key(key)
    folder.mkdir(parents=True, exist_ok=True)
    processor, built_of = MACHINES[machine].partition("-")[0], commit()

    def make_for(number: str) -> str:
        name = f"kiosk-terminal-{kiosk.__version__}-deb{number}-{machine}{TAIL}"
        with tempfile.TemporaryDirectory() as work:
            root = Path(work)
            install_python(terminal(), PYTHONS[number], machine, root)
            made = write_release(
                root / terminal().home.relative_to("/"),
                folder / name,
                private,
                version=kiosk.__version__,
                commit=built_of,
                python=PYTHONS[number],
                machine=processor,
            )
        return f"{name}: {made.size / 1e6:.0f} MB, {made.files} files"

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for line in pool.map(make_for, debian.split(",")):
            typer.echo(line)


def write_release(
    home: Path,
    target: Path,
    key: Ed25519PrivateKey,
    *,
    version: str,
    commit: str,
    python: str,
    machine: str,
    preset: int = 6,
) -> Manifest:
    """Pack and sign what lies in `home`, into `target`."""
    payload = target.with_name(target.name + ".payload")
    with payload.open("wb") as out:
        files, unpacked = pack(home, out, preset)
    content = payload.read_bytes()
    payload.unlink()
    manifest = Manifest(
        name="kiosk-terminal",
        version=version,
        commit=commit,
        python=python,
        machine=machine,
        payload=hashlib.sha256(content).hexdigest(),
        size=len(content),
        unpacked=unpacked,
        files=files,
    )
    target.write_bytes(signed(manifest, key) + content)
    return manifest


def _read_key(file: Path) -> Ed25519PrivateKey:
    key = load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise typer.BadParameter(f"{file}: is no Ed25519 key")
    return key


if __name__ == "__main__":
    app()
