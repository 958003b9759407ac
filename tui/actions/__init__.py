"""What changes something in the cluster: one module for each. None is there with --readonly."""
