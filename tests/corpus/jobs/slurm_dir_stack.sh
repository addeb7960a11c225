#!/bin/bash
#SBATCH --gres=gpu:1
pushd experiments/a
python run.py --cfg a.toml
popd
