"""Where the course lives: nbgrader's folders, its gradebook, and its own commands."""
