#!/bin/bash
#SBATCH -c 1
python count.py --mode words <<< "$(cat names.txt)"
