"""One module per command group, named as typed; wires the rest together."""
