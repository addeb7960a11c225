#!/bin/bash
#SBATCH --gpus=1
srun python fit.py \
    --config-name=fit.yaml \
    data=coast \
    logger.project=seas
