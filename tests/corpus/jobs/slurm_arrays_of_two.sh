#!/bin/bash
#SBATCH --array=0-5
DATASETS=(mnist cifar svhn)
MODELS=(cnn mlp)
D=${DATASETS[$((SLURM_ARRAY_TASK_ID / 2))]}
M=${MODELS[$((SLURM_ARRAY_TASK_ID % 2))]}
srun python main.py dataset="$D" model="$M" hydra.run.dir="runs/${D}_${M}"
