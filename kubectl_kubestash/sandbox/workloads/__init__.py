"""What makes pods and volumes of a sandbox out of Jobs, CronJobs, workloads and claims."""

from .controllers import Controllers

__all__ = ["Controllers"]
