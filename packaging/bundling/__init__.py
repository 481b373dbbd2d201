"""Makes the packages of dicomdesk: the wheel, the program in one folder, a Debian package of that."""
