#!/bin/bash
#SBATCH --ntasks=2
srun -n 1 ./atmosphere &
srun -n 1 ./ocean &
wait
