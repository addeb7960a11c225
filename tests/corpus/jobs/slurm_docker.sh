#!/bin/bash
#SBATCH --gres=gpu:1
docker pull registry/me/train:latest
docker run --rm --gpus all -v $PWD:/work registry/me/train:latest python /work/train.py --epochs 3
