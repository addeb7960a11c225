#!/bin/bash
#SBATCH -t 10
START=$(date)
conda activate env
python fit.py --config a.yaml
END=$(date)
printf '%s to %s\n' "$START" "$END"
date
