"""Kinds of stash.appscode.com, KubeStash's forerunner. For reading: they are converted, not run.

https://stash.run/docs/latest/concepts/
"""
