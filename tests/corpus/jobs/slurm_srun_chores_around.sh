#!/bin/bash
#SBATCH -N 2
srun --ntasks-per-node=1 mkdir -p /tmp/data
srun --ntasks-per-node=1 cp -r data/. /tmp/data
srun python train.py --data /tmp/data
srun --ntasks-per-node=1 rm -rf /tmp/data
