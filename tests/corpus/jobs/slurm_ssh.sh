#!/bin/bash
#SBATCH --time=10:00
ssh gpu01 "cd /work && python train.py"
