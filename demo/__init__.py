"""`make demo` and `make demo-cluster`: backup, loss and restore, told as it happens."""
