#!/bin/bash
#SBATCH --partition=short
#SBATCH --nodes=1
cd /scratch/$USER/run1
tar xzf inputs.tar.gz
mpirun -np 16 ./lbm3d -nx 256 -ny 256
tar czf results_$SLURM_JOB_ID.tar.gz output
mv results_$SLURM_JOB_ID.tar.gz $HOME/archive/
