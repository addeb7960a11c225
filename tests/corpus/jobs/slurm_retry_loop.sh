#!/bin/bash
#SBATCH --gres=gpu:1
for attempt in 1 2 3; do
    python train.py --resume && break
    echo "attempt $attempt failed" >&2
    sleep 30
done
