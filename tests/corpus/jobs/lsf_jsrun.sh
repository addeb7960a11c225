#!/bin/bash
#BSUB -P ABC123
#BSUB -W 2:00
#BSUB -nnodes 4
#BSUB -alloc_flags gpumps
module load spectrum-mpi cuda
cd $LS_SUBCWD
date
jsrun -n 24 -a 1 -c 7 -g 1 ./gpu_md -in melt.in
date
