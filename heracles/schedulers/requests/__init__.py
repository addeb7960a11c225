"""What a job requests of each scheduler, in the scheduler's own options: loaded where a cost is asked for."""
