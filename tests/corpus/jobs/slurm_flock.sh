#!/bin/bash
#SBATCH --gres=gpu:1
flock /tmp/gpu.lock python train.py --once
