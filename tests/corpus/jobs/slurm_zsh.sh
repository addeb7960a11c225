#!/bin/zsh
#SBATCH --time=10:00
module load python
python train.py --depth 3
