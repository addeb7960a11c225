#!/bin/sh
#$ -pe mpi 64
#$ -cwd
mpirun -np $NSLOTS ./shallow_water --days 10
