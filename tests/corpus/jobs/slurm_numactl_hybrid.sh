#!/bin/bash
#SBATCH -N 2 -n 8 -c 16
export OMP_NUM_THREADS=$SLURM_CPUS_PER_TASK OMP_PLACES=cores
ulimit -s unlimited
ml purge && ml GCC/12 OpenMPI
time mpirun -np $SLURM_NTASKS --bind-to none numactl --localalloc ./bin/solver input.nml
