"""An embedded Kubernetes cluster in one process, for trying things out. Knows nothing of backups."""
