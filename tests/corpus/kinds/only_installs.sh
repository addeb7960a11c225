#!/bin/bash
#SBATCH -t 10
virtualenv env
source env/bin/activate
pip install torch
pip install wheels/fit.whl --no-deps
