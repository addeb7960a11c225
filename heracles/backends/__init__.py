"""Back ends: from a sweep and a job script to the text of the scripts that run. All functions here are pure."""
