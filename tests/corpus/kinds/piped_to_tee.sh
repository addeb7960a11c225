#!/bin/bash
#SBATCH --gpus=1
export LOG=fit.log
python fit.py \
    --model small \
    --device cuda \
    2>&1 | tee $LOG
