#!/bin/bash
#BSUB -J train
#BSUB -q gpu
#BSUB -gpu "num=1:mode=exclusive_process"
#BSUB -W 24:00
#BSUB -o logs/%J.out
module load python3/3.10
source venv/bin/activate
python3 train.py --model transformer --heads 8
