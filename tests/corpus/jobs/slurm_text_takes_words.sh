#!/bin/bash
#SBATCH --gres=gpu:1
apptainer exec --nv image.sif bash -lc 'source /env.sh && exec python train.py "$@"' bash --epochs 3
