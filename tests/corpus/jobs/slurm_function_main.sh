#!/bin/bash
#SBATCH --time=1:00:00
set -e
main() {
    module load julia
    julia --project=. ising.jl --size 64 --beta 0.44
}
main
