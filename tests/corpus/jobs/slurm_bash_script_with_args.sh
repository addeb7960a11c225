#!/bin/bash
#SBATCH --gpus=4
srun bash scripts/run_fold.sh 3 resnet50
