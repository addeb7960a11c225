#!/bin/bash
#SBATCH --gpus=4
srun python train.py --epochs 30
python score.py --checkpoint last.pt
