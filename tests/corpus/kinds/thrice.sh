#!/bin/bash
#SBATCH --gpus=1
python fit.py -d words -n 10

python fit.py -d words -n 20

python fit.py -d words -n 40
