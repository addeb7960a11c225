#!/bin/bash
#SBATCH --time=10:00
python simulate.py --steps 1000 && touch done.flag
