#!/bin/bash
#SBATCH --time=10:00
result=$(python score.py --model m.pt)
echo "score: $result"
