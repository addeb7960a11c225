#!/bin/bash
#SBATCH -t 1:00:00
timeout 55m python train.py --epochs 1000
echo "exit code: $?"
