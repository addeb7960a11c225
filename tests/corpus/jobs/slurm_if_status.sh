#!/bin/bash
#SBATCH --time=10:00
srun ./heat2d input.nml
if [ $? -eq 0 ]; then
    echo "success"
else
    echo "failure"
    exit 1
fi
