#!/bin/bash
#SBATCH --array=0-1
CMDS=(
  "python train.py --model a"
  "python train.py --model b"
)
eval "${CMDS[$SLURM_ARRAY_TASK_ID]}"
