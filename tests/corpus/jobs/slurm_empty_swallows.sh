#!/bin/bash
#SBATCH --gres=gpu:1
python train.py --model $1 --tensorboard-dir $2
