#!/bin/bash
#SBATCH --gres=gpu:1
while [[ $# -gt 0 ]]; do
  case "$1" in
    --debug) DEBUG=1; shift ;;
    --name) NAME=$2; shift 2 ;;
    *) echo "unknown option $1"; exit 1 ;;
  esac
done
python train.py --name "$NAME" "$@"
