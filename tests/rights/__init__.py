"""Are the rights that we hand out the ones that are needed? The API server's audit log knows."""
