"""The demo world: fictional parties, deployments and agreements as data, and the loader."""
