"""Is this Addon, is this Function written as it should be?

A session that names a task is judged elsewhere; here it is the task itself, before anybody uses it.
"""

from .addon import addon_problems
from .function import function_problems
from .subject import WARNINGS

__all__ = ["WARNINGS", "addon_problems", "function_problems"]
