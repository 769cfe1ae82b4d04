"""The users of Win:G: accounts, sign-in and roles."""
