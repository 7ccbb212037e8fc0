"""What a gateway does: one module for each verb."""
