"""What a person faces: touch screens and the command line; the top of the house."""
