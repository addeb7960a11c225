#!/bin/bash
#SBATCH --gpus=4
bash scripts/prepare.sh
bash scripts/run_fold.sh 3
