"""A disk made of files alone: no loop device, no mount. It starts on BIOS and on UEFI.

GPT: GRUB for BIOS, a FAT partition with kernel and GRUB for UEFI (Debian's signed one, so that
Secure Boot may stay on), the root as squashfs. The data partition is made at the first start.
"""

import os
import shutil
import struct
import subprocess
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID, uuid5

SECTOR = 512
MIB = 2**20
_NAMES = UUID("6b1d6d3e-4f1c-4a40-9c3b-3e1f52cc3a5e")
"""The same partitions have the same identities in each image: two builds are the same bytes."""
ROOT_TYPE = "4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709"
"""Of a root on amd64. With the general type systemd-repart would take it for the data partition, as
that is how it knows what is there already."""
BIOS_AT, BOOT_AT = 1 * MIB, 2 * MIB
BIOS_SIZE, BOOT_SIZE = 1 * MIB, 200 * MIB
ROOT_AT = BOOT_AT + BOOT_SIZE
SPARE = 1 * MIB
"""For the second copy of the partition table."""
BOOT_LABEL = "KIOSK-BOOT"
BOOT_CONFIGURATION = Path(__file__).parent / "boot" / "grub.cfg"
BIOS_GRUB = Path("/usr/lib/grub/i386-pc")
SIGNED_GRUB = Path("/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed")
SIGNED_SHIM = Path("/usr/lib/shim/shimx64.efi.signed")
"""Of the machine that makes the image: Debian's packages have them."""
_KERNEL_SECTOR = 0x5C
_DRIVE_CHECK = 0x66
_NEXT_SECTORS = 0x1F4
"""Places in GRUB's two first sectors (include/grub/i386/pc/boot.h) that its own installer fills in:
it wants a device, and we have a file."""
_BIOS_MODULES = (
    *("biosdisk", "part_gpt", "fat", "normal", "linux", "boot", "echo", "sleep", "reboot"),
)


class ToolFailed(Exception):
    """What a tool said, as one line."""


def run(*words: str | Path, made_at: int = 0) -> str:
    """The tool's output. ToolFailed."""
    clock = {"SOURCE_DATE_EPOCH": str(made_at), "TZ": "UTC", "MTOOLS_SKIP_CHECK": "1"}
    tools = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    environment = {**os.environ, **clock, "PATH": tools, "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [str(word) for word in words], capture_output=True, text=True, env=environment
    )
    if done.returncode:
        raise ToolFailed(f"{words[0]}: {(done.stderr or done.stdout).strip()[-800:]}")
    return done.stdout


def pack_root(root: Path, file: Path, made_at: int) -> None:
    """The root as squashfs. What only the boot partition or a builder needs stays outside."""
    left_out = ("boot/*", "usr/share/doc/*", "var/cache/*", "tmp/*", "usr/share/man/*")
    words: list[str | Path] = [
        "mksquashfs",
        root,
        file,
        "-noappend",
        "-no-progress",
        "-quiet",
        "-comp",
        "zstd",
    ]
    words += ["-Xcompression-level", "9", "-wildcards", "-e", *left_out]
    run(*words, made_at=made_at)  # which mksquashfs takes for every file's time


def pack_boot(root: Path, file: Path, made_at: int) -> None:
    """The partition that firmware reads: GRUB, its configuration, kernel and first files."""
    [kernel] = root.glob("boot/vmlinuz-*")
    [start] = root.glob("boot/initrd.img-*")
    folder = file.with_suffix(".files")
    shutil.rmtree(folder, ignore_errors=True)
    efi, debian = folder / "EFI" / "BOOT", folder / "EFI" / "debian"
    for made in (efi, debian):
        made.mkdir(parents=True)
    shutil.copy(SIGNED_SHIM, efi / "BOOTX64.EFI")
    shutil.copy(SIGNED_GRUB, efi / "grubx64.efi")
    shutil.copy(BOOT_CONFIGURATION, debian / "grub.cfg")
    shutil.copy(kernel, folder / "vmlinuz")
    shutil.copy(start, folder / "initrd.img")
    for path in folder.rglob("*"):
        os.utime(path, (made_at, made_at))
    file.unlink(missing_ok=True)
    with file.open("wb") as new:
        new.truncate(BOOT_SIZE)
    run("mkfs.vfat", "-F", "32", "-i", "4b494f53", "-n", BOOT_LABEL, "--invariant", file)
    run("mcopy", "-s", "-m", "-i", file, *sorted(folder.iterdir()), "::", made_at=made_at)
    shutil.rmtree(folder)


def bios_loader(work: Path) -> tuple[bytes, bytes]:
    """GRUB's first sector and its core, told where they will lie."""
    core = work / "core.img"
    words: list[str | Path] = [
        "grub-mkimage",
        "-O",
        "i386-pc",
        "-d",
        BIOS_GRUB,
        "-o",
        core,
    ]
    # On the disk that it was started from, and on no other.
    run(*words, "-p", "(,gpt2)/EFI/debian", *_BIOS_MODULES)
    first = bytearray((BIOS_GRUB / "boot.img").read_bytes()[:440])
    struct.pack_into("<Q", first, _KERNEL_SECTOR, BIOS_AT // SECTOR)
    first[_DRIVE_CHECK : _DRIVE_CHECK + 2] = b"\x90\x90"
    rest = bytearray(core.read_bytes())
    struct.pack_into("<Q", rest, _NEXT_SECTORS, BIOS_AT // SECTOR + 1)
    if len(rest) > BIOS_SIZE:
        raise ToolFailed(f"grub-mkimage: {len(rest)} bytes are too many for its partition")
    return bytes(first), bytes(rest)


def table(root_size: int) -> str:
    """What sfdisk makes the partitions from."""
    whole = -(-root_size // MIB) * MIB
    rows = (
        ("kiosk-bios", BIOS_AT, BIOS_SIZE, "21686148-6449-6E6F-744E-656564454649"),
        ("kiosk-boot", BOOT_AT, BOOT_SIZE, "C12A7328-F81F-11D2-BA4B-00A0C93EC93B"),
        ("kiosk-root", ROOT_AT, whole, ROOT_TYPE),
    )
    lines = ["label: gpt", f"label-id: {uuid5(_NAMES, 'disk')}"]
    for name, begin, size, kind in rows:
        place = f"start={begin // SECTOR}, size={size // SECTOR}"
        lines.append(f'{place}, type={kind}, uuid={uuid5(_NAMES, name)}, name="{name}"')
    return "\n".join(lines) + "\n"


def assemble(disk: Path, parts: Mapping[int, Path], loader: tuple[bytes, bytes]) -> None:
    """One file from the parts, each at its place."""
    root_size = parts[ROOT_AT].stat().st_size
    layout = disk.with_suffix(".layout")
    layout.write_text(table(root_size))
    with disk.open("wb") as new:
        new.truncate(ROOT_AT + -(-root_size // MIB) * MIB + SPARE)
    run("sh", "-c", 'exec sfdisk --quiet "$1" < "$2"', "sfdisk", disk, layout)
    layout.unlink()
    first, core = loader
    with disk.open("r+b") as whole:
        whole.write(first)
        whole.seek(BIOS_AT)
        whole.write(core)
        for place, part in parts.items():
            whole.seek(place)
            with part.open("rb") as file:
                shutil.copyfileobj(file, whole, MIB)
