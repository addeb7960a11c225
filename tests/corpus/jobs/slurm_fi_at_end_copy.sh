#!/bin/bash
#SBATCH --time=10:00
python reconstruct.py --views 180
if [ -d output ]; then
  mkdir -p $HOME/results
  cp -r output $HOME/results/
fi
