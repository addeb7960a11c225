"""Back ends: pure functions from a sweep and a script to text."""
