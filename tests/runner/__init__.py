"""Tests of what runs inside a Job, with the real restic."""
