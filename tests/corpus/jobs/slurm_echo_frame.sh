#!/bin/bash
#SBATCH --job-name=denoise
#SBATCH --mem=32G
#SBATCH --time=08:00:00
echo "Job ID: $SLURM_JOB_ID"
echo "Node:   $SLURMD_NODENAME"
echo "Start:  $(date)"
nvidia-smi
module load python/3.10
srun python -u denoise.py --sigma 25 \
    --batch-size 64 \
    --out runs/denoise
echo "End:    $(date)"
