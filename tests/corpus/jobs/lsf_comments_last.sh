#!/bin/bash
#BSUB -W 10:00
./fem --elements 1000 --order 2
# ./fem --elements 2000 --order 2
# ./fem --elements 4000 --order 2
