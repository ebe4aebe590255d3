"""Alembic migrations of the terminal's file, run by the program itself."""
