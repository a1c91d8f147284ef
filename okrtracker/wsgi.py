"""The WSGI entry point."""

import os

from django.core.wsgi import get_wsgi_application

from okrtracker.server_answers import replace_answers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "okrtracker.settings")
application = get_wsgi_application()
replace_answers()
