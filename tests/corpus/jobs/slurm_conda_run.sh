#!/bin/bash
#SBATCH --gres=gpu:1
conda run -n torch python train.py --epochs 3
