#!/bin/bash
#SBATCH --time=10:00
srun -n 1 bash -c "python server.py --port 5000" &
srun -n 1 bash -c "python client.py --port 5000"
wait
