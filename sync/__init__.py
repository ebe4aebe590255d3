"""Scores out, roster in."""
