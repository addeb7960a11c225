#!/bin/bash
#SBATCH --time=0:10:00
cd $HOME/project
git pull
conda env update -f environment.yml
