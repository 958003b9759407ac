"""The operator: makes the cluster match what the resources ask for."""
