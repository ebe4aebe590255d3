"""Screens: dumb, each with one `show(view)` and a few meaningful signals."""
