"""What do Stash's manifests look like as KubeStash's?

Every object is read field by field through `reading`, which remembers what was carried over and
what was said about the rest. What nobody has read is told as lost, so that nothing goes in silence.
KubeStash's own command of the same name, https://kubestash.com/docs/latest/reference/cli/, is the
pattern; docs/convert.md names what differs.
"""
