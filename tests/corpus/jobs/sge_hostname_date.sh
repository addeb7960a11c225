#!/bin/bash
#$ -cwd
hostname
date
./stochastic -s 17 -n 1000
date
hostname
