#!/bin/bash
#SBATCH --gres=gpu:1
#SBATCH --constraint=v100
srun python src/train.py \
    experiment=cifar10 \
    model.optimizer.lr=0.001 \
    trainer.max_epochs=100 \
    logger=wandb
