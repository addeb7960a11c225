#!/bin/bash
#SBATCH --array=1-10
config=experiments.txt
lr=$(awk -v id=$SLURM_ARRAY_TASK_ID '$1==id {print $2}' $config)
seed=$(awk -v id=$SLURM_ARRAY_TASK_ID '$1==id {print $3}' $config)
echo "task $SLURM_ARRAY_TASK_ID: lr $lr, seed $seed"
python train.py --lr ${lr} --seed ${seed}
