#!/bin/bash
#SBATCH --gres=gpu:1
case $SLURM_JOB_PARTITION in
  a100) BATCH=256 ;;
  v100) BATCH=128 ;;
  *) BATCH=64 ;;
esac
python train.py --batch $BATCH
