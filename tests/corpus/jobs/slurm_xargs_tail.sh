#!/bin/bash
#SBATCH -n 8
python simulate.py --out out
find out -name '*.tmp' | xargs rm -f
ls out/*.csv | xargs -n 20 gzip
