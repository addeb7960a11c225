#!/bin/bash
#SBATCH -n 8
mkdir -p out
cat data/list.txt | xargs -n 1 -P 8 python simulate.py --out out
