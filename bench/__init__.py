"""The project's figures, measured on real programs: `python -m bench` or `make bench`.

Each module with a `measure()` is one figure. What is compared runs in turns, A B A B, in the same
minute on the same machine, so that ratios hold where absolute times do not.
"""
