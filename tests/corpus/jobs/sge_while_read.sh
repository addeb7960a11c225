#!/bin/bash
#$ -cwd
while read -r line; do
  python score.py --pair "$line"
done < pairs.txt
