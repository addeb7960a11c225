#!/bin/bash
#SBATCH -c 8
cargo run --release --bin sim -- --steps 100
