"""Pages that belong to no app: papers that are being made, errors, the access log."""
