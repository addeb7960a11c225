#!/bin/bash
#SBATCH --time=10:00
git rev-parse HEAD > commit.txt
python analysis.py --subject 7
git add results
git commit -m "results of $SLURM_JOB_ID"
