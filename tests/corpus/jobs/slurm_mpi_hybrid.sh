#!/bin/bash
#SBATCH --nodes=4
#SBATCH --ntasks-per-node=2
#SBATCH --cpus-per-task=12
export OMP_NUM_THREADS=$SLURM_CPUS_PER_TASK
export OMP_PLACES=cores
ulimit -s unlimited
srun --cpu-bind=cores ./ocean namelist.ocean
EXIT=$?
[ $EXIT -eq 0 ] && echo "OK" || echo "FAILED"
exit $EXIT
