"""What `paycore doctor` looks at: each module one part, each check a finding."""
