"""What the registry gives to the apps and libraries below it."""
