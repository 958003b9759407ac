"""What people see: raw objects in, rows, steps and sections out. Pure; cli and monitor share it.

Views read raw JSON, not models: they must show what is there, also when it breaks every rule.
"""
