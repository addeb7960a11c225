#!/bin/bash
#SBATCH --gres=gpu:1
pip install -e .
python setup.py build_ext --inplace
python bench/run.py --iters 100
