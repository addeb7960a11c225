#!/bin/bash
#SBATCH --time=10:00
if [ $# -eq 0 ]; then
    echo "usage: sbatch job.sh key=value..."
    exit 1
fi
python train.py "$@"
