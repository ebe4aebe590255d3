"""The papers an office owes, from published values only: no query and no viewer comes in here."""
