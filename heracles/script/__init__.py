"""The user's job script: where overrides go in it."""
