"""The use cases of `kiosk queue simulate` and `kiosk queue tell`."""

import select
import sys
from collections.abc import Callable
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from time import monotonic

from hardware.command_lines import CommandLines, HasFileno
from hardware.ticket_machine import TicketMachine
from hardware.tickets import parse
from kiosk.language import counted

LOOK_EVERY = 0.1
HELP = "call | end | absent | unplug | plug | status | quit"
PATIENCE = 5.0


class QueueTrouble(Exception):
    """One line for a person. `later`: the terminal may not be running yet."""

    def __init__(self, message: str, *, later: bool = False) -> None:
        super().__init__(message)
        self.later = later


def simulate(path: Path, say: Callable[[str], None]) -> None:
    """Be a ticket machine at `path` until `quit` or the end of standard input."""
    machine = TicketMachine(path)
    machine.plug()
    say(f"ticket machine at {path}; {HELP}")
    lines = CommandLines(sys.stdin)
    reported = 0
    try:
        while not lines.ended:
            watched: list[HasFileno] = [lines, machine] if machine.plugged else [lines]
            readable, _, _ = select.select(watched, [], [], LOOK_EVERY)
            if machine in readable:
                machine.readable()
            machine.tick(monotonic())
            for message in machine.answered[reported:]:
                say(message.answer().decode().strip())
            reported = len(machine.answered)
            for line in lines.read() if lines in readable else []:
                if line == "quit":
                    return
                say(obey(machine, line))
    finally:
        machine.unplug()


def obey(machine: TicketMachine, command: str) -> str:
    """Do one command; the answer is one line."""
    commands = {
        "call": machine.call,
        "end": machine.end,
        "absent": machine.absent,
        "unplug": machine.unplug,
        "plug": machine.plug,
    }
    if command == "status":
        state = "plugged" if machine.plugged else "unplugged"
        answered = counted(len(machine.answered), "line", "lines")
        return f"{state}; {answered} answered, {machine.waiting} waiting"
    if command not in commands:
        return HELP
    commands[command]()
    return "ok"


def tell(port: int, token: str, verb: str, ticket: str) -> str:
    """Send one line to the terminal on this machine; its answer. QueueTrouble."""
    message = parse(f"{verb.upper()} {ticket}".encode())
    if message is None:
        raise QueueTrouble("write CALL, END or ABSENT, then a ticket of letters and digits if any")
    link = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        headers = {"Authorization": f"Bearer {token}"}
        link.request("POST", "/v1/queue", message.line(), headers)
        answer = link.getresponse()
        text = answer.read(200).decode("utf-8", "replace").strip()
    except (OSError, HTTPException) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise QueueTrouble(
            f"127.0.0.1:{port}: {reason}; is `kiosk run` running with this data folder?", later=True
        ) from None
    finally:
        link.close()
    if answer.status != HTTPStatus.OK:
        raise QueueTrouble(f"127.0.0.1:{port}: {text}", later=answer.status >= 500)
    return text
