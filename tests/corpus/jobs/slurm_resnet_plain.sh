#!/bin/bash
#SBATCH --job-name=resnet50
#SBATCH --output=logs/%x-%j.out
#SBATCH --gres=gpu:1
#SBATCH --cpus-per-task=8
#SBATCH --time=12:00:00

module purge
module load cuda/12.1 cudnn

source ~/envs/torch/bin/activate

python train.py --arch resnet50 --epochs 90 --workers 8
