#!/bin/bash
#SBATCH --gres=gpu:1
module load apptainer
apptainer exec --nv --bind /data:/data image.sif python /code/train.py --data /data/cifar --lr 0.1
