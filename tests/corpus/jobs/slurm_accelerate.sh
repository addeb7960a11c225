#!/bin/bash
#SBATCH --gres=gpu:4
module load cuda
accelerate launch --config_file acc.yaml --num_processes 4 train_diffusion.py --resolution 512 --lr 1e-5
exit 0
