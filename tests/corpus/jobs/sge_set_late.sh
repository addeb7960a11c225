#!/bin/bash
set -e
#$ -N late
#$ -cwd
python stats.py --boot 1000
