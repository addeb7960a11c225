#!/bin/tcsh
#SBATCH --gres=gpu:1
setenv X 1
python train.py
