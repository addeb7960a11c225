#!/bin/bash
#PBS -l ncpus=4
cd ${PBS_O_WORKDIR:-.}
./montecarlo --samples 1000000 "$@"
