#!/bin/bash
#SBATCH --time=4:00:00
module load anaconda
jupyter lab --no-browser --port=8888
