"""Debian packages of terminal and central: `python -m tests.supply.debian FOLDER`.

Each has everything in it that is not Debian's own, from its hash-checked lock: nothing is fetched
when it is installed. One is made for each Debian, as its Python differs. They are made on any
machine with dpkg-deb, whichever Debian that is.
"""

import gzip
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import typer
from packaging.utils import canonicalize_name
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

import kiosk
from kiosk.build_hook import wheel_version
from sync.central import autostart as central_unit
from tests.supply.commands import completion, manual_pages
from tests.supply.packages import packages_of
from tests.supply.pruning import prune
from tests.supply.sbom import bill_of
from ui import autostart as terminal_unit

PYTHONS = {"12": "3.11", "13": "3.13"}
"""Of each Debian."""
MACHINES = {"amd64": "x86_64-manylinux_2_36", "arm64": "aarch64-manylinux_2_36"}
"""Debian's names, and what wheels call a machine with Debian 12's C library."""
WITHOUT_WHEELS = {"arm64": "pysqlite3 (SQLite with the WAL fix) has no wheel for it"}
OF_THIS_BUILD = ("RECORD", "direct_url.json", "uv_cache.json", "REQUESTED")
"""What an installation writes down of the folder and hour that it was made in. Debian's own tools
know which files a package has, and two builds of one commit are the same."""
MAINTAINER = "Satisfaction kiosk <kiosk@localhost>"
QT_LIBRARIES = (
    "libegl1",
    "libgl1",
    "libdbus-1-3",
    "libfontconfig1",
    "libxkbcommon-x11-0",
    "libthai0",
    "tzdata",
    "libxcb-cursor0",
    "libxcb-icccm4",
    "libxcb-keysyms1",
    "libxcb-shape0",
    "fonts-noto-core",
    "fonts-droid-fallback",
    "alsa-utils",
)
"""What Qt, Thai and sound need of Debian at a terminal: as the README installs them (tested)."""
ALONE_ON_THE_SCREEN = ("cage", "seatd", "xwayland", "libwayland-cursor0", "libwayland-egl1")


_CENTRAL = Path("sync/central")


@dataclass(frozen=True, slots=True)
class Package:
    """One of our two packages. `after_install`: shell lines, run as root once its files are there;
    `login`: the name that owns `data`; `groups`: whose devices it may use; `examples`:
    files for an administrator to change."""

    name: str
    command: str
    extra: str
    summary: str
    description: str
    depends: tuple[str, ...]
    login: str
    groups: tuple[str, ...]
    data: str
    units: dict[str, str]
    enabled: str
    after_install: str
    examples: tuple[Path, ...] = ()

    @property
    def home(self) -> Path:
        """Where its programs are."""
        return Path("/usr/lib") / self.name

    @property
    def program(self) -> Path:
        return self.home / "bin" / self.command


_TLS = "/etc/kiosk-central/tls"
UNCONFIGURED = "KIOSK_UNCONFIGURED"
"""Set where a package is put into an image: what each machine makes for itself, such as its keys,
is not made there."""
_CENTRAL_SET_UP = f"""\
    mkdir -p {_TLS} && chown root:kiosk-central {_TLS} && chmod 750 {_TLS}
    host=$(hostname -f 2>/dev/null || hostname)
    if [ -z "${{{UNCONFIGURED}:-}}" ] && [ ! -e {_TLS}/key.pem ]; then
        openssl req -x509 -newkey rsa:3072 -nodes -days 825 -keyout {_TLS}/key.pem.new \\
            -out {_TLS}/cert.pem -subj "/CN=$host" -addext "subjectAltName=DNS:$host" 2>/dev/null
        chown root:kiosk-central {_TLS}/key.pem.new && chmod 640 {_TLS}/key.pem.new
        mv {_TLS}/key.pem.new {_TLS}/key.pem
    fi
    if [ -z "${{{UNCONFIGURED}:-}}" ] && [ ! -e /var/lib/kiosk-central/central.toml ]; then
        kiosk-central init --served --site "${{KIOSK_SITE:-office}}" \\
            --name "${{KIOSK_NAME:-สำนักงาน}}" --url "${{KIOSK_URL:-https://$host}}"
        echo "Certificate for terminals and browsers: {_TLS}/cert.pem"
        echo "It is served already, at ${{KIOSK_URL:-https://$host}}"
        echo "Codes for terminals are made on its page /fleet/${{KIOSK_SITE:-office}}"
    fi
"""


def terminal() -> Package:
    home, data = Path("/usr/bin/kiosk"), Path("/var/lib/kiosk")
    return Package(
        name="kiosk-terminal",
        command="kiosk",
        extra="terminal",
        summary="satisfaction terminal for a public counter",
        description="Citizens rate the service by touch or button panel; the office sees totals.",
        depends=(*QT_LIBRARIES, *ALONE_ON_THE_SCREEN),
        login="kiosk",
        groups=("dialout", "video", "input", "audio"),
        data=str(data),
        units={
            "kiosk.service": terminal_unit.unit(home, Path("/usr/bin/cage"), data, "kiosk"),
        },
        enabled="kiosk.service",
        after_install="",
    )


def central() -> Package:
    home, data = Path("/usr/bin/kiosk-central"), Path("/var/lib/kiosk-central")
    certificate = ("--tls-cert", f"{_TLS}/cert.pem", "--tls-key", f"{_TLS}/key.pem")
    options = ("--host", "0.0.0.0", *certificate)
    return Package(
        name="kiosk-central",
        command="kiosk-central",
        extra="central",
        summary="central report of satisfaction terminals",
        description="Receives the terminals' totals, and makes the office's pages and papers.",
        depends=("openssl",),
        login="kiosk-central",
        groups=(),
        data=str(data),
        units={
            "kiosk-central.socket": central_unit.socket_unit(443),
            "kiosk-central.service": central_unit.unit(
                home, data, "kiosk-central", 443, options, by_socket=True
            ),
        },
        enabled="kiosk-central.socket kiosk-central.service",
        after_install=_CENTRAL_SET_UP,
        examples=(*sorted((_CENTRAL / "proxies").iterdir()), _CENTRAL / "SERVING.md"),
    )


def build(
    package: Package, debian: str, machine: str, folder: Path, compression: str = "xz"
) -> Path:
    """Make one package in `folder`; its path. BadParameter with what a tool said. `compression` by
    dpkg-deb's name: "none" where it is unpacked at once."""
    version = f"{release_version()}-1~deb{debian}"
    file = folder / f"{package.name}_{version}_{machine}.deb"
    with tempfile.TemporaryDirectory() as work:
        root = Path(work) / package.name
        install_python(package, PYTHONS[debian], machine, root)
        return pack(package, version, PYTHONS[debian], machine, root, file, compression)


def pack(
    package: Package,
    version: str,
    python: str,
    machine: str,
    root: Path,
    file: Path,
    compression: str = "none",
) -> Path:
    """Put commands, papers, units and control files beside what is in `root`, and all that into
    `file`."""
    _write_commands(package, root)
    _write_papers(package, root, version)
    _write_units(package, root)
    _write_control(package, python, machine, root, version)
    build_it = ("dpkg-deb", "--root-owner-group", f"-Z{compression}", "--build")
    run_tool(*build_it, str(root), str(file))
    return file


def release_version() -> str:
    """As the wheel has it: a later commit is a newer package."""
    return wheel_version()


def commit() -> str:
    return run_tool("git", "rev-parse", "--short=7", "HEAD").strip()


def install_python(package: Package, python: str, machine: str, root: Path) -> None:
    """The locked wheels and our own, in a virtual environment that Debian's Python runs."""
    home = root / package.home.relative_to("/")
    site_packages = home / "lib" / f"python{python}" / "site-packages"
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "python").symlink_to(f"/usr/bin/python{python}")
    (home / "pyvenv.cfg").write_text(
        f"home = /usr/bin\ninclude-system-site-packages = false\nversion = {python}\n"
    )
    lock = home / "lock"
    lock.write_text(locked(package.extra), "utf-8")
    install = ("uv", "pip", "install", "--quiet", "--no-deps", "--link-mode", "copy")
    into = ("--target", str(site_packages), "--python", sys.executable)
    made_for = ("--python-version", python, "--python-platform", MACHINES[machine])
    checked = ("--only-binary", ":all:", "--require-hashes", "-r", str(lock))
    run_tool(sys.executable, "-m", *install, *into, *made_for, *checked)
    with tempfile.TemporaryDirectory() as wheels:
        run_tool(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", wheels)
        [wheel] = Path(wheels).glob("*.whl")
        run_tool(sys.executable, "-m", *install, *into, str(wheel))
    lock.unlink()
    (home / "version").write_text(f"{kiosk.__version__}\n")
    shutil.rmtree(site_packages / "bin", ignore_errors=True)
    for name in OF_THIS_BUILD:
        for file in site_packages.glob(f"*.dist-info/{name}"):
            file.unlink()
    if (site_packages / "PySide6").exists():
        prune(site_packages)
    module = "ui.__main__" if package.command == "kiosk" else "sync.central.cli"
    program = home / "bin" / package.command
    program.write_text(f"#!{package.home}/bin/python\nfrom {module} import main\n\nmain()\n")
    program.chmod(0o755)


def locked(extra: str) -> str:
    """The lock's lines of what runs: not of what only builds."""
    names = {canonicalize_name(package.name) for package in packages_of(extra)}
    lines, runs = [], False
    for line in Path(f"{extra}.lock").read_text("utf-8").splitlines():
        if not line.startswith(" "):
            name = canonicalize_name(line.partition("==")[0])
            runs = name in names
            names.discard(name)
        if runs:
            lines.append(line)
    if names:
        raise typer.BadParameter(
            f"{extra}.lock: {', '.join(sorted(names))} is missing; `make lock`"
        )
    return "\n".join(lines) + "\n"


def _write_commands(package: Package, root: Path) -> None:
    _write(root / f"usr/bin/{package.command}", command_script(package), mode=0o755)
    completions = root / "usr/share/bash-completion/completions"
    _write(completions / package.command, completion(package.command))
    for name, page in manual_pages(
        package.command, f"{package.command} {kiosk.__version__}"
    ).items():
        _write(root / "usr/share/man/man1" / name, page)


def command_script(package: Package) -> str:
    """What a person calls. Root's files are not the program's: it acts as who owns the data. A
    terminal's starts the newest release that proved itself."""
    if package.command == "kiosk":
        return start_script(package.home, package.login, package.data)
    variable = "KIOSK_DATA" if package.command == "kiosk" else "KIOSK_CENTRAL_DATA"
    return f"""\
#!/bin/sh
# As root this acts as {package.login}, who owns the data.
if [ "$(id -u)" = 0 ]; then
    export HOME={package.data} {variable}="${{{variable}:-{package.data}}}"
    exec setpriv --reuid={package.login} --regid={package.login} --init-groups \\
        {package.program} "$@"
fi
exec {package.program} "$@"
"""


def start_script(home: Path, login: str, data: str) -> str:
    """`ui/start.sh` for the packaged program in `home`."""
    text = Path("ui/start.sh").read_text("utf-8")
    for place, value in (("@HOME@", str(home)), ("@LOGIN@", login), ("@DATA@", data)):
        text = text.replace(place, value)
    return text


def _write_papers(package: Package, root: Path, version: str) -> None:
    doc = root / "usr/share/doc" / package.name
    for name in ("README.md", "SECURITY.md", "THIRD-PARTY-NOTICES.md"):
        _write(doc / f"{name}.gz", gzip.compress(Path(name).read_bytes(), 9, mtime=0))
    _write(doc / "changelog.gz", gzip.compress(Path("CHANGELOG.md").read_bytes(), 9, mtime=0))
    _write(doc / "sbom.cdx.json", bill_of(package.extra))
    for example in package.examples:
        _write(doc / "examples" / example.name, example.read_bytes())
    licence = "Licence: Apache-2.0, /usr/share/common-licenses/Apache-2.0\n"
    others = f"What it brings of others: {doc.relative_to(root)}/THIRD-PARTY-NOTICES.md.gz\n"
    _write(doc / "copyright", licence + others)


def _write_units(package: Package, root: Path) -> None:
    for name, text in package.units.items():
        _write(root / "usr/lib/systemd/system" / name, text)
    groups = "".join(f"m {package.login} {group}\n" for group in package.groups)
    login = f'u {package.login} - "{package.summary}" {package.data}\n'
    _write(root / f"usr/lib/sysusers.d/{package.name}.conf", login + groups)
    folder = f"d {package.data} 0700 {package.login} {package.login}\n"
    _write(root / f"usr/lib/tmpfiles.d/{package.name}.conf", folder)


def _write_control(package: Package, python: str, machine: str, root: Path, version: str) -> None:
    control = root / "DEBIAN"
    next_python = f"3.{int(python.partition('.')[2]) + 1}"
    systemd = "systemd | systemd-standalone-sysusers"
    depends = (systemd, f"python3 (>= {python})", f"python3 (<< {next_python})", *package.depends)
    files = [path for path in sorted(root.rglob("*")) if path.is_file() and not path.is_symlink()]
    kib = sum(path.stat().st_size for path in files) // 1024
    _write(
        control / "control",
        f"""\
Package: {package.name}
Version: {version}
Architecture: {machine}
Maintainer: {MAINTAINER}
Installed-Size: {kib}
Depends: {", ".join(depends)}
Section: misc
Priority: optional
Description: {package.summary}
 {package.description}
""",
    )
    _write(control / "md5sums", "".join(_md5_lines(root, files)))
    _write(control / "postinst", after_install(package), mode=0o755)
    _write(control / "prerm", before_removal(package), mode=0o755)
    _write(control / "postrm", after_removal(package), mode=0o755)


def _md5_lines(root: Path, files: Iterable[Path]) -> Iterable[str]:
    for path in files:
        digest = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
        yield f"{digest}  {path.relative_to(root)}\n"


def after_install(package: Package) -> str:
    services = " ".join(name for name in package.units if name.endswith(".service"))
    return f"""\
#!/bin/sh
set -e
if [ "$1" = configure ]; then
    systemd-sysusers {package.name}.conf
    # systemd-tmpfiles would do it too, but not where /proc is missing, as in a root being made.
    install -d -m 0700 -o {package.login} -g {package.login} {package.data}
    {package.home}/bin/python -m compileall -q {package.home}/lib || true
{package.after_install}\
    if [ -d /run/systemd/system ]; then
        systemctl daemon-reload
        systemctl enable --now {package.enabled}
        systemctl try-restart {services}
    elif command -v systemctl >/dev/null; then
        systemctl enable {package.enabled}
    fi
fi
"""


def before_removal(package: Package) -> str:
    return f"""\
#!/bin/sh
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
    systemctl disable --now {" ".join(reversed(package.units))}
fi
find {package.home} -name __pycache__ -type d -prune -exec rm -r {{}} +
"""


def after_removal(package: Package) -> str:
    return f"""\
#!/bin/sh
set -e
if [ "$1" = purge ]; then
    echo "{package.data} stays: it has what citizens said. Remove it yourself if you must."
fi
if [ -d /run/systemd/system ]; then
    systemctl daemon-reload
fi
"""


def _write(path: Path, content: str | bytes, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    path.chmod(mode)


def run_tool(*words: str) -> str:
    """What a tool prints; BadParameter with what it says where it fails."""
    done = subprocess.run(words, capture_output=True, text=True, env=_environment())
    if done.returncode:
        raise typer.BadParameter(f"{' '.join(words[:4])} …: {done.stderr.strip()[-400:]}")
    return done.stdout


def _environment() -> dict[str, str]:
    """The same time in every file, so that the same commit makes the same bytes."""
    return {**os.environ, "SOURCE_DATE_EPOCH": str(committed_at())}


def committed_at() -> int:
    """When the commit was made that this is built of, in seconds since 1970."""
    made = subprocess.run(["git", "log", "-1", "--format=%ct"], capture_output=True, text=True)
    return int(made.stdout.strip() or 0)


def main(folder: Path, machine: str = "amd64", debian: str = "12,13") -> None:
    """Make both packages for each Debian named, into FOLDER."""
    if machine in WITHOUT_WHEELS:
        raise typer.BadParameter(f"{machine}: {WITHOUT_WHEELS[machine]}")
    folder.mkdir(parents=True, exist_ok=True)
    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    with Progress(*columns) as progress, ThreadPoolExecutor(os.cpu_count()) as pool:

        def make(number: str, package: Package) -> None:
            task = progress.add_task(f"{package.name} for Debian {number}", total=1)
            file = build(package, number, machine, folder)
            size = file.stat().st_size / 1e6
            progress.update(task, completed=1, description=f"{file.name}, {size:.0f} MB")

        both = (terminal(), central())
        jobs = [pool.submit(make, number, one) for number in debian.split(",") for one in both]
        for job in jobs:
            job.result()


if __name__ == "__main__":
    typer.run(main)
