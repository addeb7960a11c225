#!/bin/bash
#SBATCH --job-name=gpt
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=1

# Don't forget: "export" the key's file before
export CUDA_DEVICE_MAX_CONNECTIONS=1
MASTER_ADDR=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)
MASTER_PORT=$((10000 + SLURM_JOB_ID % 50000))

GPT_ARGS="
    --num-layers 24 \
    --hidden-size 1024 \
    --seq-length 1024
"
DATA_ARGS="
    --data-path $DATA/text_document \
    --split 949,50,1
"
DISTRIBUTED_ARGS=(
    --nproc_per_node 8
    --nnodes "$SLURM_NNODES"
    --rdzv_endpoint "$MASTER_ADDR:$MASTER_PORT"
)

srun torchrun "${DISTRIBUTED_ARGS[@]}" \
    pretrain_gpt.py \
    $GPT_ARGS \
    $DATA_ARGS \
    --distributed-backend nccl \
    --save $CHECKPOINTS


