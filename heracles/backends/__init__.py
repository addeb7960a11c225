"""Sweep and script to text: pure functions."""
