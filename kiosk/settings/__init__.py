"""The terminal's settings: the file kiosk.toml in its data folder.

`definition` says which settings there are, `reading` makes values of the file, `default_text` is
the file that `kiosk init` writes, `editing` changes a file that a person wrote. Must not know the
screens, nor the panels beyond their families' names.
"""
