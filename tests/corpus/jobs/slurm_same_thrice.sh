#!/bin/bash
#SBATCH --gres=gpu:1
python main.py -d unigrams -v 10 -s
python main.py -d unigrams -v 25 -s
python main.py -d unigrams -v 50 -s
