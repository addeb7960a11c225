#!/bin/bash
#SBATCH --time=3:00:00
source venv/bin/activate
DATASETS="cora citeseer pubmed"
for d in $DATASETS; do
  echo "dataset $d"
  python gcn.py --dataset "$d" --hidden 64
done
echo "all done"
