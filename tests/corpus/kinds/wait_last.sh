#!/bin/bash
#PBS -l select=1:ncpus=4
module load amber
torchrun --nproc_per_node 2 fit.py \
    --batch 8
wait
