#!/bin/bash
#SBATCH --gres=gpu:1
which python
python --version
python -c "import torch; print(torch.cuda.is_available())"
pip list | grep torch
python train.py --amp
