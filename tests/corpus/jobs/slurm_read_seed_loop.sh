#!/bin/bash
#SBATCH -c 4
mkdir -p logs
while IFS=, read -r name seed; do
    ./simulate --name "$name" --seed "$seed" > "logs/$name.txt" < /dev/null
done <<< "a,1
b,2"
echo finished
