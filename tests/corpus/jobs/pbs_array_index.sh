#!/bin/bash
#PBS -J 0-9
#PBS -N scan
cd $PBS_O_WORKDIR
python scan.py --index $PBS_ARRAY_INDEX --total 10
