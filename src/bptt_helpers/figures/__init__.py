"""Pictures: each takes plain arrays and moves matplotlib artists. No model code here."""
