"""The picture of the architecture is what its script draws, and its rooms are there."""

from pathlib import Path

from tests.house.architecture_picture import PICTURE, ROOMS, layers, picture


def test_the_committed_picture_is_the_drawn_one() -> None:
    assert PICTURE.read_text("utf-8") == picture(), "python -m tests.house.architecture_picture"


def test_each_room_in_the_picture_is_in_the_repository() -> None:
    for room in (room for rooms in ROOMS.values() for room in rooms):
        assert Path(room).exists(), room


def test_the_picture_has_each_house_of_the_import_contract() -> None:
    assert {house for layer in layers() for house in layer} == set(ROOMS)
