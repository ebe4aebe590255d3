"""What a virtual machine starts from."""

from pathlib import Path

from tests.evidence import virtual_machine


def module(folder: Path, name: str, needs: str = "") -> Path:
    path = folder / f"{name}.ko"
    path.write_bytes(b"\x7fELF\0license=GPL\0depends=" + needs.encode() + b"\0intree=Y\0")
    return path


def test_modules_stand_behind_those_that_they_need_each_once(tmp_path: Path) -> None:
    paths = [
        module(tmp_path, "usb-core"),
        module(tmp_path, "hid"),
        module(tmp_path, "usb-hid", "hid,usb-core"),
    ]
    files = {path.stem.replace("-", "_"): path for path in paths}
    order = virtual_machine.with_what_they_need(("usb-hid", "hid", "built-in"), files)
    assert [path.name for path in order] == ["hid.ko", "usb-core.ko", "usb-hid.ko"]
