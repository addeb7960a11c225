#!/bin/bash
#SBATCH --gpus=1
EXTRA=("$@")
echo "extra: ${EXTRA[*]}"
python train.py --config a.yaml "${EXTRA[@]}" 2>&1 | tee train.log
