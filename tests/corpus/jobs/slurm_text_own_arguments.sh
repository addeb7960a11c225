#!/bin/bash
#SBATCH --gres=gpu:1
for host in n1 n2; do
    srun -w $host bash -c 'echo "on $0" && python train.py' $host
done
