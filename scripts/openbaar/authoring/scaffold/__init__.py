"""What stands around a new publication: readme, make, continuous integration, container."""
