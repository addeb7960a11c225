#!/bin/bash
#SBATCH --time=1:00:00
log() { echo "[$(date +%T)] $*"; }
log start
python train.py --epochs 5
log end
