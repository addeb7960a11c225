#!/bin/bash
#SBATCH -n 4
srun --mpi=pmix --cpu-bind=cores ./my\ solver "in put.dat"
