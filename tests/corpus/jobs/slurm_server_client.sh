#!/bin/bash
#SBATCH --gres=gpu:2
vllm serve meta/llama --port 8000 > server.log 2>&1 &
SERVER=$!
until curl -sf localhost:8000/health; do sleep 5; done
python run_benchmark.py --url http://localhost:8000
kill $SERVER
wait
