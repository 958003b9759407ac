"""Back up and restore what runs on Kubernetes: plugin, operator and runner in one program.

No imports here: whatever this file loads is paid by every command.
"""

__version__ = "0.1.0"
