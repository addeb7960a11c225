from heracles.cli.main import main

main()
