#!/bin/bash
#SBATCH -N 2
parallel -j 4 ./fit_one.sh {} ::: north south east west
