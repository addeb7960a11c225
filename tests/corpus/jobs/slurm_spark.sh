#!/bin/bash
#SBATCH -N 3
start-master.sh
sleep 5
spark-submit --master "spark://$(hostname):7077" --conf spark.x=1 app.py --rows 1000
stop-master.sh
