"""Plans, submits and follows runs; prints nothing."""
