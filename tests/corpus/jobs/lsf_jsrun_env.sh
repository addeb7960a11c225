#!/bin/bash
#BSUB -P ABC123
#BSUB -nnodes 2
#BSUB -W 2:00
export OMP_NUM_THREADS=7
jsrun -n 12 -a 1 -c 7 -g 1 -b rs --smpiargs="-gpu" python -u train.py --mixed
