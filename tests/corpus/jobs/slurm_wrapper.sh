#!/bin/bash
#SBATCH --gres=gpu:1
source ~/env/bin/activate
echo "on $(hostname)"
exec "$@"
