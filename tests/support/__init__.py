"""What several tests need, by subject; no test module imports from another."""
