#!/bin/bash
#SBATCH --gres=gpu:2
CUDA_VISIBLE_DEVICES=0,1 NCCL_DEBUG=INFO python -m torch.distributed.launch --nproc_per_node=2 train.py --sync-bn
