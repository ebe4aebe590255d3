"""The `kiosk` command line, a module for each group of commands: parse, call a use case, print."""
