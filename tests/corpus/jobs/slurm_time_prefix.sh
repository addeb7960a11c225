#!/bin/bash
#SBATCH -c 4
export OMP_NUM_THREADS=$SLURM_CPUS_PER_TASK
time ./nbody --particles 100000 --steps 500
