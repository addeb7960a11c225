#!/bin/bash
#SBATCH --time=10:00
echo "called with: $@"
python train.py --depth 4
