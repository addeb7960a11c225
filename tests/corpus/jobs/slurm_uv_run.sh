#!/bin/bash
#SBATCH --gres=gpu:1
uv sync
uv run train.py --steps 10000
