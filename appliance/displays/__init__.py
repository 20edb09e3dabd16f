"""The screens of the venue: which there are, what each shows, with which key, and in whose colours."""
