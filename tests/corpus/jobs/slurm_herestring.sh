#!/bin/bash
#SBATCH --time=10:00
python classify.py --labels labels.txt <<< "$TEXT"
echo bye
