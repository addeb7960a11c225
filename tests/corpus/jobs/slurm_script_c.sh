#!/bin/bash
#SBATCH --gres=gpu:1
script -q -c "python train.py --progress" typescript
