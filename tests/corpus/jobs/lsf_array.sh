#!/bin/bash
#BSUB -J "sweep[1-20]"
#BSUB -n 1
#BSUB -o out.%J.%I
python fit.py --id $LSB_JOBINDEX
