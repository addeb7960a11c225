#!/bin/bash
#SBATCH -c 8
javac -d out src/Main.java
java -Xmx16g -cp "out:lib/*" com.lab.Main --input data.txt
