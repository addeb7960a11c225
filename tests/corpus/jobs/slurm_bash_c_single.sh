#!/bin/bash
#SBATCH --nodes=1
srun --container-image=pytorch.sqsh bash -c 'cd /workspace && python train.py --batch 32'
