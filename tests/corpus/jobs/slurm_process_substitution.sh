#!/bin/bash
#SBATCH --time=10:00
python filter.py --cutoff 3 > >(tee out.log) 2> err.log
