#!/bin/bash
#SBATCH --gres=gpu:1
if [ "$#" -ne 2 ]; then
    echo "usage: sbatch $0 DATASET FOLD" >&2
    exit 1
fi
python train.py --dataset "$1" --fold "$2"
