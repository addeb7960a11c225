#!/bin/bash
#SBATCH --time=10:00
{
  date
  python run.py --trials 10
  date
} > run.log 2>&1
