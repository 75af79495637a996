"""What an instructor reads of a class, and a student of their work: pages made from results."""
