"""What people enter on pages."""
