"""What runs inside a Job: restic, dump tools, status, the backend's own files."""
