#!/bin/bash
#SBATCH --time=10:00
python reconstruct.py --views 180
for f in *.png; do
  mv "$f" figures/
done
