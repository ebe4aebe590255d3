"""The core: what a rating is, how one is kept, and nothing about screens, wires or networks."""
