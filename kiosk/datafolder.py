"""The terminal's data folder: settings, database, secrets, and the lock of the running program."""

import contextlib
import fcntl
import io
import os
import pwd
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.clock import Clock, require_plausible
from kiosk.files import alone_in, lent_to_root, new_file, sync_folder, write_whole
from kiosk.settings.definition import FILE_NAME, Settings
from kiosk.settings.reading import load

if TYPE_CHECKING:
    from kiosk.store.engine import Store
    from kiosk.store.verify import Verified, Wrong
    from kiosk.terminal import Terminal

    Look = Callable[[Store], Verified | Wrong]


_REMEDY = "`kiosk reset-pins` issues new ones; ratings stay"
LEAST_FREE = 64 << 20
"""Bytes: ten years of presses."""
TOKEN_CHARACTERS = 32
"""Of a queue program's token, at least."""


class FolderError(Exception):
    """The folder can't be used as asked; the message is one line with the remedy."""


class PinsLost(FolderError):
    """The secret of the PINs is gone, damaged or another one: no PIN can be right."""


class AlreadyRunning(FolderError):
    """Another terminal program has this folder open."""


class DataFolder:
    """Paths and opening of what one terminal keeps. Nothing is created but by `create`.

    The store is imported where it is opened: settings and lock come before the first paint.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.settings_file = path / FILE_NAME
        self.database = path / "kiosk.db"
        self.key_file = path / "terminal.key"
        self.sounds = path / "sounds"
        """The office's own recordings for the audible guide, by language; it may be absent."""
        self.recordings = path / "sounds-from-central"
        """The same, as central sent them."""
        self.notices = path / "notices"
        """The office's texts and pictures for closed screens; it may be absent."""
        self.queue_token_file = path / "queue-token"
        self.in_service_file = path / "in-service"
        """There from the first start of the terminal on: it never asks its first questions again,
        whatever is lost."""
        self.copies = path / "copies"
        """Of the database, made before a migration."""
        self.releases = path / "releases"
        """Of the program, beside the packaged one."""
        self.unfinished_file = path / "unfinished"
        """There while the first questions are not all answered."""
        self._pepper_file = path / "pepper"
        self._lock_file = path / "run.lock"
        self._doubt_file = path / "doubted"

    @classmethod
    def default(cls) -> Path:
        """KIOSK_DATA; else /var/lib/kiosk for root, else under the person's home."""
        named = os.environ.get("KIOSK_DATA")
        if named:
            return Path(named)
        if os.geteuid() == 0:
            return Path("/var/lib/kiosk")
        home = Path(pwd.getpwuid(os.geteuid()).pw_dir)
        return home / ".local" / "share" / "kiosk"

    def create(self, *, empty: bool = False, unfinished: bool = False) -> None:
        """Make the folder with default settings, an empty database and a new pepper. `unfinished`:
        it is set up no sooner than `finish_setup`.

        What a broken-off attempt began is completed, and settings that are gone are made again; a
        finished folder is refused. So is one whose database was damaged, or is gone from a terminal
        that had joined central, unless `empty`: an empty file must be somebody's decision.
        """
        from kiosk import pin
        from kiosk.store.engine import Store

        with self._readable():
            self._require_own()
            if self.database.exists() and not self.settings_file.exists():
                self._furnish()
                return
            self._require_no_database()
            was_joined = self.key_file.exists()
        if not empty and (damaged := self.damaged_folder()):
            raise FolderError(_instead_of(damaged))
        if not empty and was_joined:
            raise FolderError(f"{self.database}: is gone; {_ONCE_MORE}")
        with self._readable(), alone_in(self.path):
            self._require_no_database()
            self._furnish(unfinished=unfinished)
            Store.create(self.database)
            store = Store.open(self.database)
            try:
                with store.transaction() as t:
                    t.pins.put_secret(pin.fingerprint(self.pepper()))
            finally:
                store.close()

    def _require_no_database(self) -> None:
        if self.database.exists():
            raise FolderError(f"{self.path}: is set up already")

    def _furnish(self, *, unfinished: bool = False) -> None:
        """Make what is missing of the folder but its database."""
        from kiosk.settings.default_text import text as default_text

        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            if unfinished:
                write_whole(self.unfinished_file, b"")
            if not self.settings_file.exists():
                write_whole(self.settings_file, default_text().encode())
            if not self._pepper_file.exists():
                self._make_pepper()
        except FileExistsError as error:
            raise FolderError(f"{error.filename}: is no folder") from None
        except OSError as error:
            raise FolderError(f"{error.filename or self.path}: {error.strerror}") from None

    def _make_pepper(self) -> bytes:
        from kiosk import pin

        pepper = secrets.token_bytes(pin.PEPPER_BYTES)
        write_whole(self._pepper_file, pepper)
        return pepper

    def has_settings(self) -> bool:
        """Whether there are settings, or should be; FolderError."""
        with self._readable():
            self._require_own()
            return self.settings_file.exists() or self.in_service_file.exists()

    def settings(self) -> Settings:
        with self._readable():
            self._require_own()
        return load(self.settings_file)

    def is_set_up(self) -> bool:
        """Whether the first questions are answered, on the screen or by a command. FolderError."""
        with self._readable():
            self._require_own()
            if self.in_service_file.exists() or self.damaged_folder():
                return True
            return self.database.exists() and not self.unfinished_file.exists()

    def finish_setup(self) -> None:
        """Every first question is answered. FolderError."""
        try:
            if self.unfinished_file.exists():
                self.unfinished_file.unlink()
                sync_folder(self.path)
        except OSError as error:
            raise FolderError(f"{self.unfinished_file}: {error.strerror}") from None

    def begin_service(self) -> None:
        """Remember that a terminal has run on this folder. FolderError."""
        try:
            if not self.in_service_file.exists():
                write_whole(self.in_service_file, b"")
        except OSError as error:
            raise FolderError(f"{self.in_service_file}: {error.strerror}") from None

    def open(
        self, clock: Clock, *, migrate: bool = False, gives_way: bool = False
    ) -> "tuple[Store, Terminal]":
        """The store and its use cases. ClockImplausible, FolderError (PinsLost where no PIN can be
        right), or a kind of StoreFailed. With `migrate` a database of an earlier version is copied
        and brought up to date. `gives_way`: as of `Store.open`."""
        from kiosk.copies import Copies
        from kiosk.store.engine import Store, StoreDamaged
        from kiosk.terminal import Terminal

        require_plausible(clock.now())
        with self._readable():
            self._require_own()
            damaged = None if self.database.exists() else self.damaged_folder()
        if damaged:
            raise StoreDamaged(_instead_of(damaged))
        copies = Copies(self.copies) if migrate else None
        store = Store.open(self.database, copies, gives_way=gives_way)
        try:
            return store, Terminal(store, clock, self._pepper_of(store))
        except FolderError:
            store.close()
            raise
        except OSError as error:
            store.close()
            raise FolderError(f"{error.filename}: {error.strerror}") from None

    def open_verified(self, clock: Clock) -> "tuple[Store, Terminal]":
        """Open, and recompute the whole file. One that is damaged at two looks (a failing read can
        make a sound file seem so) is moved to a folder of its own: StoreDamaged says where."""
        from kiosk.store.verify import verify

        return self._open_sound(clock, verify)

    def open_at_start(self, clock: Clock) -> "tuple[Store, Terminal, bool]":
        """The same of what a start can wait for; and whether that was everything. A file that was
        doubted (`doubt`) is recomputed as a whole."""
        from kiosk.store.verify import verify_at_start

        with self._readable():
            is_doubted = self._doubt_file.exists()
        if is_doubted:
            store, terminal = self.open_verified(clock)
            with self._readable():
                self._doubt_file.unlink(missing_ok=True)
            self._tell_of_going_back(store, clock)
            return store, terminal, True
        looks: list[bool] = []

        def look(store: "Store") -> "Verified | Wrong":
            verdict, is_whole = verify_at_start(store)
            looks.append(is_whole)
            return verdict

        store, terminal = self._open_sound(clock, look)
        self._tell_of_going_back(store, clock)
        return store, terminal, looks[-1]

    def _tell_of_going_back(self, store: "Store", clock: Clock) -> None:
        """Have the journal say that an older copy was put into the database's place: who did it
        could not write into a file of an older schema."""
        from kiosk.copies import PUT_BACK
        from kiosk.store.journal import Kind

        with self._readable():
            notes = sorted(self.copies.glob(f"newer-*/{PUT_BACK}"))
        for note in notes:
            newer = note.with_name(self.database.name)
            with self._readable():
                # The same file: a power cut came before the copy took its place.
                was_put_back = not (newer.exists() and self.database.samefile(newer))
                name = note.read_text("utf-8")
            if was_put_back:
                with store.transaction() as t:
                    t.journal.append(clock.now(), Kind.RESTORED, {"from": name})
            with self._readable():
                note.unlink()

    def doubt(self) -> None:
        """Have the next start recompute everything before its first press. OSError."""
        write_whole(self._doubt_file, b"")

    def _open_sound(self, clock: Clock, look: "Look") -> "tuple[Store, Terminal]":
        from kiosk.store.engine import StoreDamaged, StoreNewer

        try:
            return self._open_verified(clock, look)
        except StoreNewer:
            if not self._mended_after_trial():
                raise
        except StoreDamaged:
            with self._readable():
                is_gone = not self.database.exists()
            if is_gone:
                raise
        try:
            return self._open_verified(clock, look)
        except StoreDamaged as error:
            damaged = self._move_damaged(clock)
            raise StoreDamaged(f"{error}; {_instead_of(damaged)}") from None

    def _mended_after_trial(self) -> bool:
        """Whether the database is again the one of this program, where a release that did not
        prove itself had migrated it."""
        from kiosk.goingback import mend_after_trial

        with self._readable():
            return mend_after_trial(self) is not None

    @contextmanager
    def _readable(self) -> Iterator[None]:
        """FolderError where nobody may look into the folder, or the disk can't be read: Python's
        `exists` answers False to neither."""
        try:
            yield
        except OSError as error:
            raise FolderError(f"{error.filename or self.path}: {error.strerror}") from None

    def _require_own(self) -> None:
        """FolderError for root in the folder of the terminal's own login name."""
        if name := lent_to_root(self.path):
            raise FolderError(f"{self.path}: belongs to {name}; begin with `runuser -u {name} --`")

    def _open_verified(self, clock: Clock, look: "Look") -> "tuple[Store, Terminal]":
        from kiosk.store.engine import StoreDamaged
        from kiosk.store.verify import Wrong

        store, terminal = self.open(clock, migrate=True)
        try:
            verdict = look(store)
            if isinstance(verdict, Wrong):
                raise StoreDamaged(f"{self.database}: {verdict.what}")
        except BaseException:
            store.close()
            raise
        return store, terminal

    def damaged_folder(self) -> Path | None:
        """The newest folder with a database that was found damaged."""
        return max(self.path.glob("damaged-*"), default=None)

    def back_up(self, store: "Store", clock: Clock, target: Path, public: str) -> None:
        """Write a copy of the database to `target`, sealed to the office's key `public` where there
        is one. A kind of StoreFailed; FolderError."""
        from kiosk.store.engine import StoreFailed
        from kiosk.store.journal import Kind

        if public:
            self._seal_copy(store, target, public)
        else:
            store.backup(target)
        # A full disk takes no entry: the copy on another one is good all the same.
        with contextlib.suppress(StoreFailed), store.transaction() as t:
            t.journal.append(clock.now(), Kind.BACKED_UP)

    def _seal_copy(self, store: "Store", target: Path, public: str) -> None:
        from kiosk.officekey import seal_file

        try:
            with tempfile.TemporaryDirectory(prefix=".copy-", dir=self.path) as room:
                plain = Path(room) / "kiosk.db"
                store.backup(plain)
                with plain.open("rb") as source, new_file(target) as sealed:
                    seal_file(source, sealed, public)
        except OSError as error:
            raise FolderError(f"{error.filename or target}: {error.strerror}") from None

    def restore(self, copy: Path, clock: Clock, secret: str = "") -> tuple[str, ...] | None:
        """Put a backup into the place of a database that is gone or was damaged. No database
        unless the copy opens and verifies: a kind of StoreFailed otherwise. `secret`: the office's
        key, where the copy is sealed.

        On a new machine the rest of the folder is made, with a new pepper: no PIN holds. Then it is
        told who had one of this terminal's own; None: every PIN holds."""
        with self._readable(), alone_in(self.path):
            return self._restore(copy, clock, secret)

    def _restore(self, copy: Path, clock: Clock, secret: str) -> tuple[str, ...] | None:
        from kiosk import pin
        from kiosk.copies import Copies
        from kiosk.store.engine import Store
        from kiosk.store.journal import Kind
        from kiosk.store.verify import Wrong, verify

        with self._readable():
            if self.database.exists():
                raise FolderError(
                    f"{self.database}: is there; a copy replaces only what is gone "
                    "(`kiosk run` moves a damaged one away)"
                )
        draft = self.database.with_name(self.database.name + ".new")
        try:
            content = _opened(copy, secret)
            self._furnish()
            try:
                pepper = self.pepper()
            except PinsLost:
                pepper = self._make_pepper()
            fingerprint, without_pin = pin.fingerprint(pepper), None
            write_whole(draft, content)
            store = Store.open(draft, Copies(self.copies))
            try:
                verdict = verify(store)
                if isinstance(verdict, Wrong):
                    raise FolderError(f"{copy}: {verdict.what}; name an older copy")
                with store.transaction() as t:
                    t.journal.append(clock.now(), Kind.RESTORED, {"from": copy.name})
                    if t.pins.secret() != fingerprint:
                        without_pin = t.pins.lose_all(fingerprint)
                        t.witness(clock.now(), Kind.PINS_LOST)
                store.checkpoint()
            finally:
                store.close()
            os.rename(draft, self.database)
            sync_folder(self.path)
        except OSError as error:
            raise FolderError(f"{error.filename or copy}: {error.strerror}") from None
        finally:
            for leftover in (draft, Path(f"{draft}-wal"), Path(f"{draft}-shm")):
                leftover.unlink(missing_ok=True)
        return without_pin

    def pins_are_lost(self) -> bool:
        """Whether no PIN can be right here. FolderError, or a kind of StoreFailed."""
        from kiosk.store.engine import Store

        store = Store.open(self.database)
        try:
            self._pepper_of(store)
        except PinsLost:
            return True
        finally:
            store.close()
        return False

    def renew_pepper(self, clock: Clock) -> tuple[str, ...]:
        """Make a new pepper, where the one of now is lost or others know it; no PIN holds then, and
        nothing else changes. Who had one of this terminal's own. AlreadyRunning, FolderError."""
        from kiosk import pin
        from kiosk.store.engine import Store
        from kiosk.store.journal import Kind

        require_plausible(clock.now())
        with self._readable():
            self._require_own()
        store = Store.open(self.database)
        try:
            lock = self.lock()
            try:
                fingerprint = pin.fingerprint(self._make_pepper())
                with store.transaction() as t:
                    without_pin = t.pins.lose_all(fingerprint)
                    t.witness(clock.now(), Kind.PINS_LOST)
            finally:
                os.close(lock)
        except OSError as error:
            raise FolderError(f"{error.filename}: {error.strerror}") from None
        finally:
            store.close()
        return without_pin

    def _move_damaged(self, clock: Clock) -> Path:
        """Move the database, as it is, to a folder of its own."""
        damaged = self.path / f"damaged-{clock.now().wall:%Y%m%d-%H%M%S}"
        try:
            damaged.mkdir(mode=0o700)
            for name in ("kiosk.db-wal", "kiosk.db-shm", "kiosk.db"):
                if (self.path / name).exists():
                    os.rename(self.path / name, damaged / name)
            sync_folder(damaged)
            sync_folder(self.path)
        except OSError as error:
            raise FolderError(f"{damaged}: {error.strerror}; the database is damaged") from None
        return damaged

    def lock(self) -> int:
        """Be the only running terminal on this folder, as long as the returned descriptor (and
        the process) lives; AlreadyRunning otherwise."""
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(self._lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise FolderError(f"{self._lock_file}: {error.strerror}") from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise AlreadyRunning(f"{self.path}: a terminal is running on it already") from None
        return descriptor

    def queue_token(self) -> str:
        """What a queue program on this machine shows to be believed; made when first needed."""
        path = self.queue_token_file
        try:
            if not path.exists():
                write_whole(path, secrets.token_urlsafe(32).encode() + b"\n")
            if path.stat().st_mode & 0o077:
                raise FolderError(f"{path}: others can read it; run `chmod 600 {path}`")
            token = path.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "is damaged"
            raise FolderError(f"{path}: {reason}") from None
        if len(token) < TOKEN_CHARACTERS:
            raise FolderError(f"{path}: is damaged; remove it, and a new one is made")
        return token

    def free_bytes(self) -> int:
        """Free room on the disk; 0 where it can't be read."""
        try:
            disk = os.statvfs(self.path)
        except OSError:
            return 0
        return disk.f_bavail * disk.f_frsize

    def _pepper_of(self, store: "Store") -> bytes:
        """The pepper with which the PINs in a store were made; PinsLost where it is another."""
        from kiosk import pin

        pepper = self.pepper()
        with store.read() as snapshot:
            made_with = snapshot.pins.secret()
        if made_with not in ("", pin.fingerprint(pepper)):
            raise PinsLost(
                f"{self._pepper_file}: is not the one that the PINs here were made with; {_REMEDY}"
            )
        return pepper

    def make_room(self, least: int = LEAST_FREE) -> int:
        """On a nearly full disk copies that were made before a migration go, the oldest first: of
        all that lies here ratings go last. How many went. What was found damaged stays: ratings may
        be in it."""
        from kiosk.copies import Copies

        dropped = 0
        try:
            while self.free_bytes() < least and Copies(self.copies).drop_oldest():
                dropped += 1
        except OSError:
            return dropped  # the next press says what is wrong with the disk
        return dropped

    def copies_mib(self) -> int:
        """What copies and databases that were found damaged take, in MiB: nobody needs them for
        ever."""
        folders = [*self.path.glob("damaged-*"), self.copies]
        files = (file for one in folders if one.is_dir() for file in one.rglob("*"))
        loose = (file for file in self.path.glob("kiosk-*.db*"))
        return sum(file.stat().st_size for file in (*files, *loose) if file.is_file()) >> 20

    def pepper(self) -> bytes:
        """The bytes that PINs are hashed with. PinsLost where they are gone, FolderError where they
        are open to others."""
        from kiosk import pin

        path = self._pepper_file
        try:
            if path.stat().st_mode & 0o077:
                raise FolderError(f"{path}: others can read it; run `chmod 600 {path}`")
            pepper = path.read_bytes()
        except FileNotFoundError:
            raise PinsLost(f"{path}: is gone, and with it every PIN; {_REMEDY}") from None
        except OSError as error:
            raise FolderError(f"{path}: {error.strerror}") from None
        if len(pepper) != pin.PEPPER_BYTES:
            raise PinsLost(f"{path}: is damaged, and with it every PIN; {_REMEDY}")
        return pepper


def _opened(copy: Path, secret: str) -> bytes:
    """What a copy holds, opened with the office's key where it is sealed. FolderError; OSError."""
    from kiosk import officekey

    with copy.open("rb") as file:
        if not officekey.is_sealed(file):
            content = file.read()
            if secret and content.startswith(b"SQLite format 3"):
                raise FolderError(f"{copy}: {officekey.NOT_SEALED}")
            return content
        if not secret:
            raise FolderError(f"{copy}: only the office's key opens it; name its file with --key")
        plain = io.BytesIO()
        try:
            officekey.open_sealed(file, plain, secret)
        except officekey.NotOpened as error:
            raise FolderError(f"{copy}: {error}") from None
        return plain.getvalue()


_ONCE_MORE = (
    "restore a copy with `kiosk restore FILE`, or begin with an empty one: `kiosk init --empty`"
)


def _instead_of(damaged: Path) -> str:
    """What a person can do about a database that was moved to the folder `damaged`."""
    return f"the damaged database is stored in {damaged}; {_ONCE_MORE}"
