"""What would go silently wrong in a job script."""
