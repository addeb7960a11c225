"""What Hydra's multirun words, launcher settings and configs mean where each run is started singly."""
