"""Button panels. Knows buttons, never scores."""
