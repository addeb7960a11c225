#!/bin/bash
#SBATCH --gres=gpu:1
python train.py --out run &&
    python evaluate.py --run run
