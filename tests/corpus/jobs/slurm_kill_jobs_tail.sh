#!/bin/bash
#SBATCH --gres=gpu:1
nvidia-smi dmon -s um > gpu.log &
tensorboard --logdir runs --port 6006 &
python train.py --logdir runs
jobs -p | xargs kill
