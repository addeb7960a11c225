#!/bin/bash
#SBATCH --ntasks=8
module load openmpi
mpicc -O3 -o jacobi jacobi.c
mpirun -np 8 ./jacobi 4096 1000
rm jacobi
