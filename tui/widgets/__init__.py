"""The parts of a screen: each draws lines, and knows nothing of sessions."""
