#!/bin/bash
#SBATCH --gres=gpu:1
papermill analysis.ipynb out.ipynb --log-output
