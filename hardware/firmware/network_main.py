"""The reference panel on an ESP32: contacts, Wi-Fi, lamps, watchdog.

Copied to the board as main.py, beside panel.py, courier.py and config.py; MicroPython starts it at
power-on. Wiring: README.md.
"""

import os
import socket
from time import sleep_ms, ticks_diff, ticks_ms  # type: ignore[attr-defined]  # MicroPython's

import config  # type: ignore[import-not-found]  # `kiosk panel network` prints it
import machine  # type: ignore[import-not-found]  # MicroPython's own
import network  # type: ignore[import-not-found]  # MicroPython's own
from courier import Courier  # type: ignore[import-not-found]  # a flat folder on the board
from panel import GREEN, RED, Panel  # type: ignore[import-not-found]  # a flat folder on the board

KEYS = (13, 14, 27, 26, 25)
"""GPIO numbers of keys 1, 2, ... from the left; each closes to ground."""
GREEN_PIN, RED_PIN = 32, 33
WATCHDOG_MS = 5000


def hexadecimal(data: bytes) -> str:
    return "".join(["%02x" % byte for byte in data])


def run() -> None:
    keys = [machine.Pin(pin, machine.Pin.IN, machine.Pin.PULL_UP) for pin in KEYS]
    if not keys[0].value() and not keys[-1].value():
        return  # the outer keys held at power-on: no program and no watchdog, for mpremote
    green = machine.Pin(GREEN_PIN, machine.Pin.OUT, value=0)
    red = machine.Pin(RED_PIN, machine.Pin.OUT, value=0)
    wlan = network.WLAN(network.STA_IF)
    wlan.active(True)
    wlan.connect(config.WIFI, config.PASSWORD)  # it goes on by itself, and joins again by itself
    device = "esp32-" + hexadecimal(machine.unique_id())[-8:]
    boot = hexadecimal(os.urandom(4))
    address = socket.getaddrinfo(config.HOST, config.PORT)[0][-1]
    courier = Courier(address, bytes.fromhex(config.KEY), boot)
    panel = Panel(len(keys), device, boot, courier.write)
    courier.receive = panel.receive
    watchdog = machine.WDT(timeout=WATCHDOG_MS)
    before = ticks_ms()
    while True:
        watchdog.feed()
        contacts = 0
        for number, key in enumerate(keys):
            contacts |= (not key.value()) << number
        now = ticks_ms()
        passed = ticks_diff(now, before)
        panel.tick(passed, contacts)
        courier.tick(passed)
        before = now
        lamp = panel.lamp()
        green.value(lamp == GREEN)
        red.value(lamp == RED)
        sleep_ms(1)


run()
