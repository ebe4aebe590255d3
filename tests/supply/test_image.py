"""The image's own texts: its partitions, its boot loader, what it starts and what it does not."""

import re
import subprocess
from configparser import ConfigParser
from itertools import pairwise
from pathlib import Path

from tests.evidence.figure import Run
from tests.evidence.image import FIGURES, IMAGES, Tries, newest_image
from tests.evidence.image_trials import TRIALS
from tests.supply.image.__main__ import MASKED, SYSTEM, TREE
from tests.supply.image.disk import BOOT_CONFIGURATION, MIB, ROOT_AT, SECTOR, table

GENERAL = "0FC63DAF-8483-4772-8E79-3D69D8477DE4"
"""The type of a partition that systemd-repart calls linux-generic."""


def mounts() -> dict[str, list[str]]:
    lines = (TREE / "etc/fstab").read_text().splitlines()
    rows = [line.split() for line in lines if line and not line.startswith("#")]
    return {row[1]: row for row in rows}


def test_no_partition_begins_before_the_one_before_it_ends() -> None:
    rows = re.findall(r"start=(\d+), size=(\d+)", table(5 * MIB + 1))
    spans = [(int(start), int(start) + int(size)) for start, size in rows]
    assert len(spans) == 3
    for (_, end), (start, _) in pairwise(spans):
        assert end <= start
    assert spans[-1][1] * SECTOR >= ROOT_AT + 5 * MIB + 1


def test_the_boot_loader_starts_at_once_from_its_own_disk_and_takes_no_key() -> None:
    lines = [line.split("#")[0].strip() for line in BOOT_CONFIGURATION.read_text().splitlines()]
    commands = [line.split()[0] for line in lines if line]
    assert commands == ["set", "linux", "initrd", "boot", "echo", "sleep", "reboot"]
    assert 'set superusers=""' in lines
    [kernel] = [line.split() for line in lines if line.startswith("linux ")]
    assert {"ro", "quiet", "fsck.repair=yes", "systemd.gpt_auto=0"} <= set(kernel)
    assert not [word for word in kernel if word.startswith("console=")]


def test_nothing_of_the_image_asks_for_a_name_or_gives_a_shell() -> None:
    assert {"getty@.service", "serial-getty@.service", "debug-shell.service"} <= set(MASKED)
    assert not {"openssh-server", "apt", "login"} & set(SYSTEM)
    unit = TREE / "etc/systemd/system/emergency.service"
    commands = re.findall(r"^ExecStart=(\S+)", unit.read_text(), re.M)
    assert commands == ["/bin/echo", "/bin/sleep", "/bin/systemctl"]


def test_what_must_stay_is_on_the_data_partition_that_the_first_start_makes() -> None:
    made = ConfigParser()
    made.read(TREE / "usr/lib/repart.d/50-data.conf")
    assert mounts()["/data"][0] == f"PARTLABEL={made['Partition']['Label']}"
    assert mounts()["/data"][2] == made["Partition"]["Format"]
    assert "x-systemd.device-timeout=15min" in mounts()["/data"][3]
    assert made["Partition"]["Type"] == "linux-generic"
    assert GENERAL not in table(MIB).upper(), "systemd-repart would take it for the data partition"
    for place in ("/var/lib/kiosk", "/var/log", "/var/lib/systemd"):
        assert mounts()[place][0].startswith("/data/")
        assert "x-systemd.requires-mounts-for=/data" in mounts()[place][3]


def test_a_stick_is_mounted_as_the_readme_says() -> None:
    readme = Path("README.md").read_text("utf-8").splitlines()
    [line] = [text for text in readme if text.startswith("LABEL=KIOSK")]
    assert line.split()[:4] == mounts()["/media/usb"][:4]


def test_a_stick_has_no_name_but_that_of_fstab() -> None:
    rules = (TREE / "etc/udev/rules.d/59-kiosk-disks.rules").read_text()
    named = re.findall(r'SYMLINK\+="disk/by-label/(\w+)"', rules)
    assert [f"LABEL={name}" for name in named] == [mounts()["/media/usb"][0]]
    hook = TREE / "usr/share/initramfs-tools/hooks/kiosk-disks"
    assert "59-kiosk-disks.rules" in hook.read_text()


def test_what_runs_before_the_system_is_shell() -> None:
    scripts = list((TREE / "usr/share/initramfs-tools").rglob("kiosk-*"))
    assert len(scripts) == 2
    for script in scripts:
        subprocess.run(["sh", "-n", str(script)], check=True)
        assert script.stat().st_mode & 0o111


def test_each_trial_is_part_of_a_figure(tmp_path: Path) -> None:
    measures = [figure.measure for figure in FIGURES]
    tried = [name for one in measures if isinstance(one, Tries) for name in one.names]
    assert sorted(tried) == sorted(trial.__name__ for trial in TRIALS)
    assert newest_image(tmp_path) is None
    if newest_image(IMAGES) is None:
        assert "make image" in FIGURES[0].measure(Run(1, 1, tmp_path)).failures[0]
