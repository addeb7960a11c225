#!/bin/bash
#SBATCH --array=1-100
OFFSET=${1:-0}
ID=$((SLURM_ARRAY_TASK_ID + OFFSET))
LINE=$(sed "${ID}q;d" inputs.txt)
IFS=' ' read -ra F <<< "$LINE"; ./fold --in "${F[0]}" --out "${F[1]}"
