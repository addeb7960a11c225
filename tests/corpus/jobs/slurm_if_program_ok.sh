#!/bin/bash
#SBATCH --gres=gpu:1
if python train.py --name a; then
    touch done
else
    touch failed
    exit 1
fi
