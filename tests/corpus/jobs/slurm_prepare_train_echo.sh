#!/bin/bash
#SBATCH --gres=gpu:1
python make_splits.py --k 5
python crossval.py --k 5 --model svm
echo finished
