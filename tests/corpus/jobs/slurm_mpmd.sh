#!/bin/bash
#SBATCH -n 6
mpirun -np 2 ./ocean.exe : -np 4 ./atmosphere.exe
