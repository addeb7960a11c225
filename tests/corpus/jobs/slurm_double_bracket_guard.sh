#!/bin/bash
#SBATCH --time=10:00
[[ -d data ]] || { echo "no data"; exit 1; }
python train.py --data data
[[ -f out.pt ]] && echo saved
