#!/bin/bash
#SBATCH --time=10:00
srun bash -c "python label.py --title \"a \\\"good\\\" title\" --cost 5\\\$"
