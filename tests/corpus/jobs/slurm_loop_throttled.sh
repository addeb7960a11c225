#!/bin/bash
#SBATCH -c 8
N=3
for i in $(seq 1 "$N"); do
    ./sim --seed "$i" > "out_$i.txt" 2>&1 &
    if (( i % 8 == 0 )); then wait; fi
done
wait
echo all done
