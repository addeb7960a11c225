#!/bin/bash
#SBATCH --gres=gpu:1
module load python/3.11
virtualenv --no-download $SLURM_TMPDIR/env
source $SLURM_TMPDIR/env/bin/activate
pip install --no-index --upgrade pip
pip install --no-index -r requirements.txt
tar xf $HOME/data.tar -C $SLURM_TMPDIR
python train.py --data $SLURM_TMPDIR/data --lr 0.01
cp -r checkpoints $HOME/scratch/
