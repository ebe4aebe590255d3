"""What runs on the reference panel's board. Nothing of the terminal imports it."""
