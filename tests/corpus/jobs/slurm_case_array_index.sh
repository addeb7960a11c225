#!/bin/bash
#SBATCH --array=0-2
case $SLURM_ARRAY_TASK_ID in
    0) python train.py --model a ;;
    1) python train.py --model b ;;
    2) python train_big.py --model c ;;
esac
