"""A real Kubernetes for the tests: one node, on this machine, built from Go modules.

`python -m tests.cluster up` starts it, `down` removes every trace of it.
The whole node lives in process, network and mount namespaces of its own, so that ending its first
process ends and removes everything in it: processes, mounts, bridges, iptables rules.
"""
