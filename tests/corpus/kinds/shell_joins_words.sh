#!/bin/bash
#SBATCH -n 8
seq 1 10 | parallel -j 8 python fit.py --seed {}
