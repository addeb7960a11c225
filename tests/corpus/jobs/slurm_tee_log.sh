#!/bin/bash
#SBATCH --gres=gpu:2
#SBATCH --time=1-0
export PYTHONUNBUFFERED=1
torchrun --standalone --nproc_per_node=2 train_gan.py --cfg configs/ffhq.yaml 2>&1 | tee logs/gan_$SLURM_JOB_ID.log
