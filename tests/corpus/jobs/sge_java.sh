#!/bin/bash
#$ -cwd
module load java
java -Xmx8g -jar picard.jar MarkDuplicates I=in.bam O=out.bam M=metrics.txt
