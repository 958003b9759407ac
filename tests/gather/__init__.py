"""What is read for a decision."""
