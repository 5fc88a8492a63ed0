"""What happens without anybody asking: sweeps, the tasks that run them, the timekeeper, the channels."""
