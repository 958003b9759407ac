"""The embedded cluster, on its own and beside the real one."""
