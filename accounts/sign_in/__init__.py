"""Signing in, the second step, passwords and sessions: django-allauth, held to the rules of this house.

The address of a person is `User.email` alone. allauth's own table of addresses stays empty, and so does the
one of connected accounts: an administrator who changes an address changes it everywhere at once.
"""
