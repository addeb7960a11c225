#!/bin/bash
#SBATCH --gres=gpu:1
poetry install --no-root
poetry run python -m app.train --steps 10000
