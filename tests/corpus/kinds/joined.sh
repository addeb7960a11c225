#!/bin/bash
#SBATCH --gpus=1
MORE="$*"
python fit.py $MORE
