#!/bin/bash
#SBATCH --gres=gpu:1
# usage: sbatch fold.sh NAME
NAME=$1
python fold.py --input fasta/$NAME.fa --recycles 3
