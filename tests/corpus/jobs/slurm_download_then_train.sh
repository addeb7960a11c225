#!/bin/bash
#SBATCH --gres=gpu:1
python scripts/download_data.py --root data
python train.py --root data
