"""Settings files in TOML, each setting defined once.

A table of a file is a NamedTuple. Each field is a setting:
`key: Annotated[type, kind, "remark"] = default`. The kind (`kiosk.domain.kinds`) reads a value,
says what to write instead of a wrong one, and gives its JSON Schema. The reader, the text that
`init` writes and the schema for editors all come from the definition. Must not know which settings
there are.
"""
