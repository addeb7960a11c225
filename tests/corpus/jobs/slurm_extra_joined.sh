#!/bin/bash
#SBATCH --gres=gpu:1
EXTRA="$*"
srun --container-image=image.sqsh bash -c "cd /workspace && python plot.py ${EXTRA}"
