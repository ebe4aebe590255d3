"""The house's rules as tests: over names, comments, documents and the tests themselves."""
