"""Every public word, by key and language."""
