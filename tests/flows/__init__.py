"""End to end: the real command line, the real operator, real Jobs, real restic."""
