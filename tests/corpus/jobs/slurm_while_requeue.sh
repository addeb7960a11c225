#!/bin/bash
#SBATCH --requeue
n=0
until [ $n -ge 3 ]; do
  python train.py --resume auto && break
  n=$((n + 1))
  sleep 10
done
