"""What officials hold in their hands: forms out and in, reports of a run, notices to institutions."""
