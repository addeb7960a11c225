#!/bin/bash
#SBATCH --signal=B:USR1@60
CKPT=checkpoints/last.ckpt
RESUME=""
if [ -f "$CKPT" ]; then
  RESUME="--resume $CKPT"
fi
srun python train.py --config base.yaml $RESUME
