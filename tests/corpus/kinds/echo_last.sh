#!/bin/bash
#SBATCH -t 10

echo "started on $(hostname)"
module load python
srun python fit.py --epochs 3

echo "ended at $(date)"
