#!/bin/bash
#SBATCH --time=10:00
sleep $((RANDOM % 30))
python scrape.py --pages 100
sleep 5
