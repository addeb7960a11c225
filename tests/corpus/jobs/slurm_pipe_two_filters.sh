#!/bin/bash
#SBATCH --time=10:00
stdbuf -oL python train.py --verbose 2>&1 | grep -v Warning | tee train.log
