#!/bin/bash
#SBATCH --gres=gpu:1
cd $HOME/repo
export PYTHONPATH=$PWD
python -m experiments.run --task translation --layers 6
sacct -j $SLURM_JOB_ID --format=JobID,Elapsed,MaxRSS
