#!/bin/bash
#SBATCH --gpus=1

cd $HOME/project; module load cuda; source venv/bin/activate; python train.py; echo done
