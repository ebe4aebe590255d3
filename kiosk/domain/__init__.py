"""Values and rules. No I/O, no clock, no logging: time is an argument."""
