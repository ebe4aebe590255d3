"""`kiosk replace`: by a fingerprint that was typed, and from a copy that only the office's key
opens."""

import re
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner, Result

from kiosk import officekey
from kiosk.clock import SystemClock
from kiosk.datafolder import DataFolder
from kiosk.domain.encounter import Record
from sync import enrolling
from sync.central.usecases.terminals import find_terminal, invite_terminal
from sync.fingerprint import fingerprint_of, groups
from tests.support.builders import SOMYING, FakeClock, rating
from tests.support.central_server import running_server, served_over_tls
from tests.support.certificates import DAY, Authority
from ui.cli import app

SECRET, PUBLIC = officekey.new_key()


def test_a_machine_in_the_place_of_another_believes_the_fingerprint_that_was_typed(
    tmp_path: Path,
) -> None:
    """As the packaged central has it: a certificate that it made itself, and prints with a code."""
    now = datetime.now(UTC)
    chain = Authority.new("central").issue("localhost", now - DAY, now + DAY, tmp_path / "c.pem")
    digest = fingerprint_of(chain.read_text("ascii"))
    with running_server(tmp_path) as server, served_over_tls(server.central, chain) as port:

        def typed(*words: str) -> Result:
            code = invite_terminal(server.central, "counter-1", "1", now)
            line = ["--data", str(tmp_path / "new"), words[0], f"https://localhost:{port}", code]
            return CliRunner().invoke(app, [*line, *words[1:]])

        assert "compare its fingerprint" in (asked := typed("replace").stderr)
        assert "-".join(groups(digest)) in asked, "as `kiosk setup` has it"
        assert "shows another certificate" in typed("replace", "0" * 64).stderr
        assert "that is no fingerprint" in typed("replace", "3F9A").stderr
        assert "PIN" not in asked, "none before central has taken the machine"
        done = typed("replace", digest)
        assert "Enrolled as dindaeng/counter-1." in done.output
        assert "Service menu PIN: " in done.output
        assert "Enrolled at" in typed("enrol", "--again", "-".join(groups(digest))).output


def test_a_new_pc_takes_up_from_a_sealed_copy_with_the_offices_key(tmp_path: Path) -> None:
    paper, wrong = tmp_path / "paper", tmp_path / "wrong"
    paper.write_text(SECRET)
    wrong.write_text(officekey.new_key()[0])
    old, new, copy = DataFolder(tmp_path / "old"), DataFolder(tmp_path / "new"), tmp_path / "a.age"
    with running_server(tmp_path) as server:
        server.now = SystemClock().now().wall
        old.create()
        store, terminal = old.open(FakeClock())
        terminal.join(enrolling.enrol(server.url, server.code(), Ed25519PrivateKey.generate()))
        terminal.add_officers([SOMYING])
        terminal.set_pin(SOMYING.id)
        terminal.carry_out([Record(rating(5))])
        old.back_up(store, FakeClock(), copy, PUBLIC)
        store.close()

        def replaced(*words: str) -> Result:
            line = ["--data", str(new.path), "replace", server.url, code, "--backup", str(copy)]
            return CliRunner().invoke(app, [*line, *words])

        code = server.code()
        for words, said in (
            ((), "name its file with --key"),
            (("--key", str(wrong)), "sealed to another key"),
            (("--key", str(tmp_path / "none")), "No such file"),
        ):
            refused = replaced(*words)
            assert refused.exit_code != 0
            assert said in refused.stderr
            assert not new.database.exists()
        right, code = code, "AAAAA-AAAAA"
        assert "PIN" not in replaced("--key", str(paper)).output
        code = right
        done = replaced("--key", str(paper))
        assert done.exit_code == 0, done.output
        assert re.search(rf"^{SOMYING.number} .* PIN: \d{{6}}", done.stdout, re.M)
        assert "Enrolled as dindaeng/counter-1.g2." in done.stdout
        second = find_terminal(server.central, "counter-1.g2")
        assert second is not None
        assert second.waiting, "another person confirms it"
    store, terminal = new.open_verified(FakeClock())[:2]
    assert (terminal.status().days, terminal.by_number(SOMYING.number)) == (1, SOMYING)
    store.close()
    assert SECRET not in done.output + new.settings_file.read_text("utf-8")
