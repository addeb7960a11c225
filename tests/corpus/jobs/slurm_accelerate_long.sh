#!/bin/bash
#SBATCH --job-name=sft
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=1
#SBATCH --gpus-per-node=4
#SBATCH --output=%x-%j.out

set -x -e
source ~/.bashrc
conda activate sft
echo "START TIME: $(date)"

GPUS_PER_NODE=4
NNODES=$SLURM_NNODES
MASTER_ADDR=$(scontrol show hostnames $SLURM_JOB_NODELIST | head -n 1)
LAUNCHER="accelerate launch --config_file conf/zero3.yaml --num_machines $NNODES --num_processes $((NNODES * GPUS_PER_NODE))"

export PYTHONFAULTHANDLER=1

srun --kill-on-bad-exit=1 $LAUNCHER --machine_rank $SLURM_PROCID scripts/sft.py \
    --model llama \
    --bf16

echo "END TIME: $(date)"
