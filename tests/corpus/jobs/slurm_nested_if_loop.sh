#!/bin/bash
#SBATCH --time=1:00:00
for fold in 0 1 2 3 4; do
  if [ ! -f out/$fold.json ]; then
    python crossval.py --fold $fold --out out/$fold.json
  else
    echo "fold $fold is done"
  fi
done
