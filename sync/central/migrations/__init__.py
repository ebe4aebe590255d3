"""Alembic migrations of central's database, run by the program itself."""
