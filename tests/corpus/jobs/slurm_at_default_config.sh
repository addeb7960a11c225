#!/bin/bash
#SBATCH --gres=gpu:1
# sbatch run.sh CONFIG [key=value ...]
CONFIG=$1
shift
srun python train.py --config-name "$CONFIG" "$@"
