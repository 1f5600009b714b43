"""Work that survives a crash: queues (outbox), the clock that fires system jobs (scheduler), and their times (leases).

Importing this package costs nothing; docket and APScheduler are loaded when an Engine or a Scheduler is opened.
"""
