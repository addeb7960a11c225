#!/bin/bash
#SBATCH --gpus=1
# sbatch job.sh mouse
srun python -u fit.py experiment=$1
