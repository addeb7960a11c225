#!/bin/bash
#SBATCH -c 4
R --no-save --vanilla < fit.R > fit.out
