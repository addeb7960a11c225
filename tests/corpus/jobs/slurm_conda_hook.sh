#!/bin/bash -l
#SBATCH -J vit-small
#SBATCH -p gpu
#SBATCH -N 1
#SBATCH -t 24:00:00

eval "$(conda shell.bash hook)"
conda activate vit
export OMP_NUM_THREADS=4
cd $SLURM_SUBMIT_DIR
srun python main.py model=vit_small data=imagenet trainer.max_epochs=300
