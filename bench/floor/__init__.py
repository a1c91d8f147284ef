"""The floor: what Django and the database of this machine can do at best, beside what the product does.

Each view does the least that answers with the same stored rows: one cursor, SQL that builds the JSON, one
string join for HTML. No sign-in, no rights, no formula of the day, no ORM, no templates, no middleware.
Nobody could ship them; a ratio to them says the same on a fast machine and on a slow one.
"""
