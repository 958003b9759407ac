"""The monitor: follows sessions live in a terminal. The only place that knows Textual."""
