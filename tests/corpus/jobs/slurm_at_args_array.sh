#!/bin/bash
#SBATCH --gres=gpu:1
ARGS=("$@")
echo "arguments: ${ARGS[*]}"
python -m pkg.train --config base "${ARGS[@]}"
