"""What a run is judged by: one function for each promise, over what happened and nothing else."""
