"""`make run`: the whole system on one machine, to see it work before setting it up for real."""
