#!/bin/bash
#SBATCH --gres=gpu:a100:1
#SBATCH --time=2-00:00:00
source activate nlp

# python finetune.py --model bert-base-uncased
# python finetune.py --model roberta-base
python finetune.py --model deberta-v3-base --lr 2e-5

# python evaluate.py --split test
# python evaluate.py --split dev
