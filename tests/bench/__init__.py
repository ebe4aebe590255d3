"""`make bench`: speed and size as ratios to a raw limit measured in the same run. No test: it
asserts nothing, it prints. These machines are noisy; read the ratios, not the milliseconds."""
