#!/bin/bash
#SBATCH --gpus=1
module load nsight
nsys profile -o report.%p --trace=cuda,nvtx -f true python train.py --steps 20
