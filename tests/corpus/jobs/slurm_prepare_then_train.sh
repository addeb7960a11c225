#!/bin/bash
#SBATCH --gres=gpu:1
#SBATCH --time=1-0
source env/bin/activate
python preprocess.py --raw data/raw --out data/clean
python train.py --data data/clean --epochs 50
