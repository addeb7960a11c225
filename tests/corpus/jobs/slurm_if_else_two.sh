#!/bin/bash
#SBATCH --time=10:00
if [ -f last.pt ]; then
  python train.py --resume last.pt
else
  python train.py
fi
