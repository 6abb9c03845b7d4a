"""What people do at the wall with their hands: keys, remotes, touch, buttons on pins."""
