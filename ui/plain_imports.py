"""Imports Qt, and gives later imports back to Python.

PySide6 replaces `__import__` for the sake of `from __feature__ import …`. Its own one reads the
source text of each module imported after it, and holds that text: 14 MB for SQLAlchemy alone, and
a third of the time a start takes. Nothing here asks for a feature.
"""

import builtins

import PySide6.QtCore  # noqa: F401 - whose import does it

builtins.__import__ = vars(builtins).get("__orig_import__", builtins.__import__)
