#!/bin/bash
#$ -cwd
./stochastic -s 17 -n 1000
zip -r results.zip results
