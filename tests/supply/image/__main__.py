"""`make image`: progress on the terminal, the disk in the folder."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from tests.supply import debian
from tests.supply.image import disk

TREE = Path(__file__).parent / "tree"
MIRRORS = (
    "deb http://deb.debian.org/debian bookworm main non-free-firmware",
    "deb http://deb.debian.org/debian bookworm-updates main",
    "deb http://deb.debian.org/debian-security bookworm-security main non-free-firmware",
)
SYSTEM = (
    *("systemd", "systemd-sysv", "systemd-timesyncd", "systemd-resolved", "udev", "dbus", "kmod"),
    *("linux-image-amd64", "initramfs-tools", "busybox", "zstd", "e2fsprogs", "dosfstools"),
    *("ca-certificates", "tzdata", "openssl", "iproute2", "python3"),
)
"""What the machine is made of besides the terminal's package and what that depends on. No APT: the
image takes updates that are signed by us, and nothing else."""
MASKED = (
    *("getty@.service", "serial-getty@.service", "console-getty.service", "autovt@.service"),
    *("container-getty@.service", "getty-static.service", "debug-shell.service"),
    *("ctrl-alt-del.target", "systemd-firstboot.service"),
)
"""Ways to a prompt, or past the terminal."""
PARTS = {"terminal": debian.terminal, "central": debian.central}
TOOLS = {
    "mmdebstrap": "mmdebstrap",
    "mksquashfs": "squashfs-tools",
    "mkfs.vfat": "dosfstools",
    "mcopy": "mtools",
    "sfdisk": "fdisk",
    "grub-mkimage": "grub-common",
    str(disk.BIOS_GRUB / "boot.img"): "grub-pc-bin",
    str(disk.SIGNED_GRUB): "grub-efi-amd64-signed",
    str(disk.SIGNED_SHIM): "shim-signed",
}
Step = Callable[[str], None]


def missing_tools() -> list[str]:
    """Debian's packages that an administrator has to install first."""
    places = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    return sorted(
        package
        for tool, package in TOOLS.items()
        if not Path(tool).is_file() and not shutil.which(tool, path=places)
    )


def make_root(root: Path, package: Path, needs: tuple[str, ...], made_at: int) -> None:
    """Debian with our tree and our package in it. `needs`: Debian's packages besides."""
    names = (*SYSTEM, *needs)
    words = ["mmdebstrap", "--variant=essential", f"--include={','.join(names)}"]
    words += ['--aptopt=APT::Install-Recommends "false"', "--quiet"]
    words += [f"--customize-hook=copy-in {package} /tmp"]
    links = {**dict.fromkeys(MASKED, "/dev/null"), "rescue.service": "emergency.service"}
    masks = " && ".join(f"ln -sf {end} /etc/systemd/system/{name}" for name, end in links.items())
    steps = (
        f"dpkg --install /tmp/{package.name} && rm /tmp/{package.name}",
        masks,
        "systemctl enable --quiet kiosk-machine-id systemd-networkd systemd-timesyncd",
        "passwd --quiet --lock root",
        "mkdir -p /data /media/usb",
    )
    # Before the kernel comes, which makes its first files when it is installed.
    words += [f'--essential-hook=cp -R {TREE}/. "$1"']
    words += [f"--customize-hook=chroot \"$1\" sh -c '{step}'" for step in steps]
    disk.run(*words, "bookworm", root, *MIRRORS, made_at=made_at)
    shutil.rmtree(root / "etc/apt", ignore_errors=True)
    (root / "etc/machine-id").write_text("")


def build(folder: Path, part: debian.Package, more: tuple[str, ...], step: Step) -> Path:
    """The image of one of our packages in `folder`. ToolFailed."""
    made_at = debian.committed_at()
    made = folder / f"{part.name}_{debian.release_version()}_amd64.img"
    with tempfile.TemporaryDirectory(dir=folder) as place:
        work = Path(place)
        step(f"package {part.name}")
        package = debian.build(part, "12", "amd64", work, "none")
        root, squashed, boot = work / "root", work / "root.squashfs", work / "boot.fat"
        step("Debian, the longest step")
        make_root(root, package.absolute(), (*part.depends, *more), made_at)
        step("root, compressed")
        disk.pack_root(root, squashed, made_at)
        step("kernel and boot loader")
        disk.pack_boot(root, boot, made_at)
        loader = disk.bios_loader(work)
        step("disk")
        new = work / made.name
        disk.assemble(new, {disk.BOOT_AT: boot, disk.ROOT_AT: squashed}, loader)
        new.replace(made)
    return made


def main(folder: Path, more: str = "", part: str = "terminal") -> None:
    """Make the image in FOLDER. `more`: further Debian packages, such as firmware-realtek; `part`:
    terminal, or central to try its package on a machine."""
    if os.geteuid() != 0:
        raise typer.BadParameter("only root can make a Debian with its owners: run it as root")
    if missing := missing_tools():
        raise typer.BadParameter(f"apt-get install {' '.join(missing)}")
    folder.mkdir(parents=True, exist_ok=True)
    further = tuple(name for name in more.split(",") if name)
    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    with Progress(*columns) as progress:
        task = progress.add_task("image", total=None)
        try:
            made = build(
                folder, PARTS[part](), further, lambda what: progress.update(task, description=what)
            )
        except disk.ToolFailed as error:
            raise typer.BadParameter(str(error)) from None
        size = made.stat().st_size / 1e6
        progress.update(task, total=1, completed=1, description=f"{made}, {size:.0f} MB")
    with made.open("rb") as image:
        typer.echo(f"sha256 {hashlib.file_digest(image, 'sha256').hexdigest()}")


if __name__ == "__main__":
    typer.run(main)
