#!/bin/bash
#SBATCH --time=10:00
nohup python -u train.py --name exp1 > exp1.log 2>&1
