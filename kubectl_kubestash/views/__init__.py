"""What people see: objects become rows, steps and causes. Pure; shared by cli and tui."""
