"""Colours, sizes, faces: every look of the terminal."""
