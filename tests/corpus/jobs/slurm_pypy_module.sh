#!/bin/bash
#SBATCH -c 1
python -m pytest tests/test_speed.py -q
