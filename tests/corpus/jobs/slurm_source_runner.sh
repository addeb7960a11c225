#!/bin/bash
#SBATCH --time=10:00
source run_experiment.sh
