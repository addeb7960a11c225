#!/bin/bash
#SBATCH --nodes=2
srun hostname
srun --ntasks=1 nvidia-smi
srun python ddp.py --backend nccl
