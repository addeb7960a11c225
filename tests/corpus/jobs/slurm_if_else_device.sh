#!/bin/bash
#SBATCH --gpus=1
if nvidia-smi > /dev/null 2>&1; then
    python train.py --device cuda
else
    python train.py --device cpu
fi
