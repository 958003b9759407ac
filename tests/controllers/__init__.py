"""The operator against a real API server; only the node is played."""
