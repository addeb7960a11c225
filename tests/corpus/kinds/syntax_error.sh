#!/bin/bash
#SBATCH -t 10
module load python
source activate <env>
srun python fit.py
