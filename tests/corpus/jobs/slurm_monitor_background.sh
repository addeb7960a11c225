#!/bin/bash
#SBATCH --gres=gpu:1
nvidia-smi --query-gpu=utilization.gpu --format=csv -l 30 > gpu.csv &
MON=$!
python train_unet.py --dataset brats
kill $MON
