#!/bin/bash
#SBATCH -c 2
stata-mp -b do analysis.do 2020
