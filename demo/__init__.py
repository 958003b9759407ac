"""`make demo`: one volume's backup, loss and restore on a real Kubernetes, told as it happens."""
