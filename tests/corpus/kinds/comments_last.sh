#!/bin/bash
#SBATCH -t 10

python fit.py model=small data=coast

#python fit.py model=large data=coast
#python score.py
