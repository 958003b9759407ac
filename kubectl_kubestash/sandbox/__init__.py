"""An embedded Kubernetes cluster in one process, for trying things out; knows no backups."""
