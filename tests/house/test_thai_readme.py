"""README.th.md says what README.md says: the same commands, pictures, promises and roles."""

import re
from pathlib import Path

THAI, ENGLISH = (Path(name).read_text("utf-8") for name in ("README.th.md", "README.md"))
COMMAND_BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)


def commands(text: str) -> list[str]:
    """Each block of commands, without its remarks."""
    return [re.sub(r"\s+#.*", "", block).strip() for block in COMMAND_BLOCK.findall(text)]


def test_every_block_of_commands_is_the_english_one() -> None:
    thai, english = commands(THAI), commands(ENGLISH)
    assert len(thai) == 4
    assert [block for block in thai if block not in english] == []


def test_pictures_and_links_are_there() -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", THAI)
    assert links
    assert [link for link in links if not Path(link).exists()] == []
    thai, english = (re.findall(r"\]\((\S+/\w+\.webp)\)", text) for text in (THAI, ENGLISH))
    assert len(thai) == len(english) == 3
    for own, other in zip(thai, english, strict=True):
        assert own in (other, other.replace("/en/", "/th/"))


def test_six_promises_and_eight_roles_stand_in_both() -> None:
    for text in (THAI, ENGLISH):
        assert len(re.findall(r"^[1-6]\. \*\*", text, re.MULTILINE)) == 6
    roles = re.compile(r"^\| (?!---|role|บทบาท)[^|!]+\| [^|!]+\|$", re.MULTILINE)
    thai_roles = roles.findall(THAI.partition("## ใครเห็นอะไร")[2].partition("##")[0])
    english_roles = roles.findall(ENGLISH.partition("## Who sees what")[2].partition("##")[0])
    assert len(thai_roles) == len(english_roles) == 8
