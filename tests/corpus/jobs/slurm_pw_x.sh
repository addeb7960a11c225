#!/bin/bash
#SBATCH -n 64
mpirun -np 64 pw.x -nk 4 < scf.in > scf.out
