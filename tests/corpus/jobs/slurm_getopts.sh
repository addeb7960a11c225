#!/bin/bash
#SBATCH --gres=gpu:1
while getopts "e:s:" opt; do
  case $opt in
    e) ENV=$OPTARG ;;
    s) SEED=$OPTARG ;;
  esac
done
shift $((OPTIND - 1))
python train.py --env "$ENV" --seed "$SEED" "$@"
