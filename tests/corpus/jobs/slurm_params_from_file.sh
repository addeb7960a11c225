#!/bin/bash
#SBATCH --array=1-3
read -r ALPHA BETA < <(sed -n "${SLURM_ARRAY_TASK_ID}p" params.txt)
export OMP_NUM_THREADS=${SLURM_CPUS_PER_TASK:-1}
source ~/.bashrc >/dev/null 2>&1
./model --alpha "$ALPHA" --beta "$BETA"
