#!/bin/bash
#SBATCH --gres=gpu:1
CMD="python train.py $@"
echo $CMD
eval $CMD
