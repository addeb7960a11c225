#!/bin/bash
#SBATCH --gres=gpu:1
CMD="python train.py --epochs 3 2>&1 | tee train.log"
echo "$CMD"
eval $CMD
