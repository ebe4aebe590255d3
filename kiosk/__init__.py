"""The core: what a rating is, how one is stored, and nothing about screens, wires or networks."""

__version__ = "1.0.0"
