#!/bin/bash
#SBATCH -t 24:00:00
timeout 23.5h python train.py --resume
if [[ $? -eq 124 ]]; then
    sbatch "$0"
fi
