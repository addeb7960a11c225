#!/bin/bash
#SBATCH --gres=gpu:1
conda run -n env --no-capture-output bash -c "cd src && python train.py"
