#!/bin/bash
#SBATCH -t 10
fast=no
while [[ $# -gt 0 ]]; do
    case $1 in
        --fast) fast=yes; shift;;
        *) shift;;
    esac
done
RUN="python fit.py fast=$fast $@"
srun bash -lc "$RUN"
