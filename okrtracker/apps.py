from django.apps import AppConfig


class OkrtrackerConfig(AppConfig):
    name = "okrtracker"
