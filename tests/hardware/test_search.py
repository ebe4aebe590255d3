"""Which port is tried next when the settings leave it open."""

import pytest

from hardware.catalogue import connections, family_named, first_at
from hardware.port import PortInfo, PortLost
from hardware.search import AUTO, PortSearch
from hardware.serial_port import Plugged, device_of, named_ports


def ports(*names: str) -> tuple[PortInfo, ...]:
    return tuple(PortInfo(f"/dev/{name}", name, "") for name in names)


def search(port: str, name: str, *names: str) -> PortSearch:
    return PortSearch(port, family_named(name), lambda: ports(*names))


def test_a_named_port_is_the_only_one() -> None:
    named = search("by-id-x", "own", "a", "b")
    assert [named.next() for _ in range(3)] == ["by-id-x"] * 3
    assert not named.searching


@pytest.mark.parametrize("name", ["own", "modbus"])
def test_panels_that_answer_are_looked_for_on_each_port_in_turn(name: str) -> None:
    looking = search(AUTO, name, "a", "b", "c")
    assert [looking.next() for _ in range(4)] == ["a", "b", "c", "a"]
    assert looking.searching


def test_a_port_that_went_away_does_not_stop_the_search() -> None:
    plugged_in = list(ports("a", "b"))
    looking = PortSearch(AUTO, family_named("own"), lambda: tuple(plugged_in))
    assert looking.next() == "a"
    del plugged_in[0]
    assert looking.next() == "b"
    assert looking.next() == "b"


def test_a_panel_that_can_not_be_asked_needs_one_port_only() -> None:
    assert search(AUTO, "candle485", "a").next() == "a"
    with pytest.raises(PortLost, match="write the port into the settings"):
        search(AUTO, "candle485", "a", "b").next()


@pytest.mark.parametrize(
    ("port", "name"),
    [
        ("/dev/ttyUSB0", "own"),
        ("/tmp/panel", "own"),  # noqa: S108  (a name, not a file)
        ("1A86:7523", "own"),
        ("/dev/input/event3", "keypad"),
        ("/dev/gpiochip0", "gpio"),
        ("lo:8766", "network"),
    ],
)
def test_a_port_tells_by_its_name_of_which_kind_it_is(port: str, name: str) -> None:
    family = first_at(port)
    assert family is not None
    assert family.name == name
    assert [c for c in connections() if c.owns(port)] == [family.connection]


def test_no_port_at_all_is_said() -> None:
    with pytest.raises(PortLost, match="is its cable plugged in"):
        search(AUTO, "own").next()


TWINS = (
    Plugged("/dev/ttyUSB0", "1A86:7523"),
    Plugged("/dev/ttyUSB1", "1A86:7523"),
    Plugged("/dev/ttyUSB2", "0403:6001:FT1"),
    Plugged("/dev/ttyS0", ""),
)
BY_ID = {"/dev/ttyUSB1": "by-id/usb-1a86", "/dev/ttyUSB2": "by-id/usb-FTDI_FT1"}
BY_PATH = {"/dev/ttyUSB0": "by-path/usb-0:1", "/dev/ttyUSB1": "by-path/usb-0:2"}


def test_two_adapters_that_are_just_alike_are_named_by_their_sockets() -> None:
    """udev has one name by id for both: the one that came last has it."""
    assert {port.device: port.stable for port in named_ports(TWINS, BY_ID, BY_PATH)} == {
        "/dev/ttyUSB0": "by-path/usb-0:1",
        "/dev/ttyUSB1": "by-path/usb-0:2",
        "/dev/ttyUSB2": "by-id/usb-FTDI_FT1",
        "/dev/ttyS0": "/dev/ttyS0",
    }
    assert [port.stable for port in named_ports(TWINS[1:], BY_ID, BY_PATH)][1] == "by-id/usb-1a86"


def test_of_two_that_are_alike_none_is_guessed() -> None:
    assert device_of("0403:6001", TWINS) == "/dev/ttyUSB2"
    assert device_of("0403:6001:ft1", TWINS) == "/dev/ttyUSB2"
    for name, problem in (("1a86:7523", "two adapters"), ("0403:60", "not plugged in")):
        with pytest.raises(PortLost, match=problem):
            device_of(name, TWINS)
