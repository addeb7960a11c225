#!/bin/bash
#SBATCH --gres=gpu:1
#SBATCH --time=1-0
module load python
srun python train.py --data /datasets/coco "$@"
