#!/bin/bash
#SBATCH --time=10:00
(
  cd experiments/exp1
  python run.py --trials 10
)
