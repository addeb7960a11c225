#!/bin/bash
#SBATCH --nodes=1
#SBATCH --gres=gpu:8
#SBATCH --exclusive
source ~/.bashrc
conda activate ds
export WANDB_PROJECT=llm
deepspeed --num_gpus 8 finetune_llm.py \
    --deepspeed ds_config.json \
    --model_name_or_path meta/llama \
    --per_device_train_batch_size 4
