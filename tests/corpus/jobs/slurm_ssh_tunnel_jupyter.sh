#!/bin/bash
#SBATCH --gpus=1
PORT=$(shuf -i 8000-9000 -n 1)
ssh -N -f -R $PORT:localhost:$PORT login1
jupyter lab --no-browser --port=$PORT
