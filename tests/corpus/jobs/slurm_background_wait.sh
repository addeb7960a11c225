#!/bin/bash
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=4
python server_free_sim.py --steps 10000 &
PID=$!
wait $PID
