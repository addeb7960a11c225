#!/bin/bash
#SBATCH -c 1
export LC_ALL=C
best=$(./search --grid coarse | sort -k2 -n | head -n 1 | cut -f1) ; ./solve --start "$best" > out.txt
