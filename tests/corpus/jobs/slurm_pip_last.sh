#!/bin/bash
#SBATCH --time=1:00:00
virtualenv --no-download .venv
source .venv/bin/activate
pip install torch lightning --no-index
