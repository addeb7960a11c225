#!/bin/bash
#SBATCH --array=0-2
MODELS=(resnet18 resnet34 resnet50)
MODEL=${MODELS[$SLURM_ARRAY_TASK_ID]}
python classify.py --model $MODEL
echo "finished $MODEL"
