from heracles.cli import main

main()
