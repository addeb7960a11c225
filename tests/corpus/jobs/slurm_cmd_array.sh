#!/bin/bash -l
#SBATCH --job-name=vit
#SBATCH --gres=gpu:2

module purge
module load cuda/12.1
CMD=(torchrun --standalone --nproc_per_node=2 train.py
     --epochs 90     # as in the paper
     # --amp
     --out "$SCRATCH/vit run")
[[ -n $RESUME ]] && CMD+=(--resume "$RESUME")
echo "Running: ${CMD[*]}"
"${CMD[@]}"
echo "Finished with $?"
