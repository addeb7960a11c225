#!/bin/bash
#SBATCH -c 1
./model --years 10
mail -s "job done" me@example.org <<EOF
The model ran.
EOF
