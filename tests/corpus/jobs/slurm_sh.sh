#!/bin/sh
#SBATCH --time=10:00
. ./env.sh
./bin/simulate -c conf.ini
