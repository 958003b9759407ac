"""`make screenshots`: pictures of the monitor and of the demo, from a real run."""
