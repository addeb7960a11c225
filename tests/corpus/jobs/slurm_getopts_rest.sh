#!/bin/bash
#SBATCH --gres=gpu:1
N=1
while getopts "n:v" opt; do
    case $opt in
        n) N=$OPTARG ;;
        v) set -x ;;
        *) exit 2 ;;
    esac
done
shift $((OPTIND - 1))
python train.py --n "$N" "$@"
