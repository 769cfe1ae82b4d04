"""What makes two spellings of an address the same account."""


def normal_email(text: str) -> str:
    """Return the one spelling of an address, under which its account is kept.

    >>> normal_email(" Haru@Wing.test ")
    'haru@wing.test'
    """
    return text.strip().lower()
