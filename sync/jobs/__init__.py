"""Queue, lanes, schedule, progress and history: when something is done, in which process, and what became of it."""
