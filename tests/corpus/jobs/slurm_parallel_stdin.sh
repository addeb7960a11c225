#!/bin/bash
#SBATCH -n 8
parallel -j 8 --joblog par.log < commands.txt
