"""The reference panel on a Raspberry Pi Pico or Pico W: contacts, UART, lamps, watchdog.

Copied to the board beside panel.py; MicroPython starts it at power-on. Wiring: README.md.
"""

import os
from time import sleep_ms, ticks_diff, ticks_ms  # type: ignore[attr-defined]  # MicroPython's

import machine  # type: ignore[import-not-found]  # MicroPython's own
from panel import GREEN, RED, Panel  # type: ignore[import-not-found]  # a flat folder on the board

KEYS = (2, 3, 4, 5, 6)
"""GPIO numbers of keys 1, 2, ... from the left; each closes to ground."""
GREEN_PIN, RED_PIN = 14, 15
UART, TX_PIN, RX_PIN, BAUD = 0, 0, 1, 115200
WATCHDOG_MS = 2000


def hexadecimal(data: bytes) -> str:
    return "".join(["%02x" % byte for byte in data])


def run() -> None:
    keys = [machine.Pin(pin, machine.Pin.IN, machine.Pin.PULL_UP) for pin in KEYS]
    if not keys[0].value() and not keys[-1].value():
        return  # the outer keys held at power-on: no program and no watchdog, for mpremote
    green = machine.Pin(GREEN_PIN, machine.Pin.OUT, value=0)
    red = machine.Pin(RED_PIN, machine.Pin.OUT, value=0)
    # Room for a second of lines, so that a write never waits.
    uart = machine.UART(
        UART, BAUD, tx=machine.Pin(TX_PIN), rx=machine.Pin(RX_PIN), txbuf=1024, rxbuf=1024
    )
    device = "pico-" + hexadecimal(machine.unique_id())[-8:]
    panel = Panel(len(keys), device, hexadecimal(os.urandom(4)), uart.write)
    watchdog = machine.WDT(timeout=WATCHDOG_MS)
    before = ticks_ms()
    while True:
        watchdog.feed()
        contacts = 0
        for number, key in enumerate(keys):
            contacts |= (not key.value()) << number
        now = ticks_ms()
        panel.tick(ticks_diff(now, before), contacts)
        before = now
        waiting = uart.any()
        if waiting:
            panel.receive(uart.read(waiting))
        lamp = panel.lamp()
        green.value(lamp == GREEN)
        red.value(lamp == RED)
        sleep_ms(1)


run()
