#!/bin/bash
#SBATCH -n 1
printf '1 2\n' > problem.txt
python solve.py --method newton < problem.txt
