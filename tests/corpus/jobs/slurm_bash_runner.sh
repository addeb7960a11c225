#!/bin/bash
#SBATCH --time=10:00
module load python
bash scripts/run_experiment.sh --fast
