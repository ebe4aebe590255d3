"""The commands of `kiosk-central`, by subject: each calls use cases and prints what came of it."""
