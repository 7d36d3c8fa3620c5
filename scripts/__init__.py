"""What operators and developers run: deploy, check, local stack. Each reads top to bottom like a story."""
