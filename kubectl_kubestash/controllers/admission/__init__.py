"""The admission webhook: an HTTPS server, its certificate, and what it knows of the cluster.

`endpoint` puts the parts together; what is said about an object comes from `resolve`.
"""
